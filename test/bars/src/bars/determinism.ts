import { join } from 'node:path';
import { connectScorer } from '@gradsign/client';
import type { ScorerApi } from '@gradsign/contracts';
import { atMost, type Bar } from '../bar';
import { createDirectScorer } from '../direct-scorer';
import { gradsign, serve } from '../product';
import { sampleArchitectures } from '../sample';
import { BATCH_SIZE, DATASET, scoreRequest, SEED } from '../score-request';
import { scaled } from '../statistics';

const PROXIES = ['gradsign', 'snip', 'grad_norm', 'params'];
const CHUNK_SIZES = [8, 16, 64];

/** Bits of each value by architecture and proxy. */
type Scores = ReadonlyMap<string, string>;

export const determinism: Bar = {
  name: 'determinism',
  description: 'the same request gives the same bits in every process, position, chunk size, and after a restart',
  async run({ scale, folder, log }) {
    const architectures = sampleArchitectures(scaled(20, scale, 2));
    const runs: [string, Scores][] = [];
    const add = (name: string, scores: Scores) => {
      runs.push([name, scores]);
      log(`${name}: ${scores.size} scores`);
    };
    await withScorer(join(folder, 'first'), async (scorer) => {
      add('service', await fromService(scorer, architectures));
      add('service, asked again', await fromService(scorer, architectures));
      add('service, other order', await fromService(scorer, architectures.toReversed()));
    });
    await withScorer(join(folder, 'first'), async (scorer) => {
      add('service, restarted', await fromService(scorer, architectures));
    });
    add('command line', await fromCommandLine(join(folder, 'second'), architectures));
    add('command line, one worker', await fromCommandLine(join(folder, 'second'), architectures, '--workers', '1'));
    for (const chunkSize of CHUNK_SIZES) add(`chunks of ${chunkSize}`, await inChunks(architectures, chunkSize));

    const [[, expected], ...others] = runs;
    const size = architectures.length * PROXIES.length;
    return {
      checks: [
        atMost('scores missing from the first run', size - expected.size, 0),
        ...others.map(([name, scores]) => atMost(`values with other bits, ${name}`, differing(expected, scores), 0)),
      ],
      figures: { architectures: architectures.length, proxies: PROXIES, values: Object.fromEntries(expected) },
    };
  },
};

function differing(expected: Scores, scores: Scores): number {
  return [...expected].filter(([key, bits]) => scores.get(key) !== bits).length;
}

const key = (architecture: string, proxy: string) => `${architecture} ${proxy}`;

function bits(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

async function withScorer(home: string, work: (scorer: ScorerApi) => Promise<void>): Promise<void> {
  const services = await serve(home);
  const scorer = connectScorer({ address: services.first.scorer as string });
  try {
    await work(scorer.api);
  } finally {
    scorer.close();
    await services.stop();
  }
}

async function fromService(scorer: ScorerApi, architectures: readonly string[]): Promise<Scores> {
  const scores = new Map<string, string>();
  for await (const answer of scorer.scoreArchitectures(scoreRequest(architectures, PROXIES))) {
    for (const { architecture, proxy, value } of answer.scores) scores.set(key(architecture, proxy), bits(value));
  }
  return scores;
}

async function fromCommandLine(home: string, architectures: readonly string[], ...more: string[]): Promise<Scores> {
  const subjects = architectures.flatMap((architecture) => ['--arch', architecture]);
  const data = ['--dataset', DATASET, '--batch-size', BATCH_SIZE, '--seed', String(SEED)];
  const how = ['--local', '--recompute', '--format', 'json', ...more];
  const proxies = ['--proxies', PROXIES.join()];
  const rows = await gradsign(home, ['score', '--space', 'nas-bench-201', ...subjects, ...proxies, ...data, ...how]);
  return new Map(rows.map(({ architecture, proxy, value }) => [key(architecture, proxy), bits(Number(value))]));
}

async function inChunks(architectures: readonly string[], chunkSize: number): Promise<Scores> {
  const score = createDirectScorer();
  const scores = new Map<string, string>();
  for (const architecture of architectures) {
    for (const { id, value } of await score(architecture, PROXIES, chunkSize)) {
      scores.set(key(architecture, id), bits(value));
    }
  }
  return scores;
}
