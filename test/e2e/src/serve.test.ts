// The life of `gradsign serve` and its processes.
import { createServer, type AddressInfo } from 'node:net';
import type { ScorerApi } from '@gradsign/contracts';
import { hasProc, isRunning, processTree } from './processes';
import { until } from './program';
import { addressesOf, serving, startServe, temporaryFolder } from './product';
import { CELL, NAS_BENCH_201, OTHER_CELL, scoreSettings } from './requests';

jest.setTimeout(120_000);

/** Tests that ask the system who started whom. */
const onLinux = hasProc ? test : test.skip;

/** Scores afresh; each architecture's value. */
async function score(scorer: ScorerApi, architectures = [CELL], initializations?: number): Promise<number[]> {
  const proxies = [{ id: 'gradsign', batchSize: 8, initializations }];
  const settings = scoreSettings({ proxies, recompute: true });
  const values: number[] = [];
  for await (const { scores, error } of scorer.scoreArchitectures({ space: NAS_BENCH_201, architectures, settings })) {
    expect(error).toBeUndefined();
    values.push(scores[0].value);
  }
  return values;
}

const gone = (pids: readonly number[]) => until(() => !pids.some(isRunning));

test('a port that is in use is named, and nothing stays behind', async () => {
  const home = temporaryFolder();
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  try {
    const { port } = taken.address() as AddressInfo;
    // The last one to start: the others run by then.
    const { code, stdout, stderr } = await startServe(home, '--searcher-port', String(port)).ended;
    expect(stderr).toMatch(
      new RegExp(`^FAILED_PRECONDITION: searcher: port ${port} on 127\\.0\\.0\\.1 is in use; `, 'm'),
    );
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch('searcher ended with exit code 1 before it was serving');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  } finally {
    taken.close();
  }
});

describe('while it serves', () => {
  const home = temporaryFolder();
  let served: Awaited<ReturnType<typeof serving>>;
  beforeAll(async () => {
    served = await serving(home);
  });

  onLinux('a worker that is killed costs nothing', async () => {
    const { scorer } = served.clients;
    const workers = async () => (await scorer.describeScorer({})).workers;
    // The first description tries out engines, which keeps workers busy, too.
    await workers();
    const architectures = [CELL, OTHER_CELL];
    const INITIALIZATIONS = 20;
    const undisturbed = await score(scorer, architectures, INITIALIZATIONS);
    const disturbed = score(scorer, architectures, INITIALIZATIONS);
    const busy = await until(async () => (await workers()).find((worker) => worker.busy));
    process.kill(busy.pid, 'SIGKILL');
    expect(await disturbed).toEqual(undisturbed);
    expect((await workers()).map(({ pid }) => pid)).not.toContain(busy.pid);
  });

  onLinux('a service that is killed starts again on the same port', async () => {
    const { clients, addresses, pidOf, program } = served;
    const before = await score(clients.scorer);
    for (const name of ['scorer', 'searcher', 'benchmark-oracle'] as const) {
      const killed = pidOf(name);
      const workers = processTree(killed);
      process.kill(killed, 'SIGKILL');
      await program.wrote(
        'stderr',
        new RegExp(`${name} \\(process ${killed}\\) ended with SIGKILL; it starts again in`),
      );
      await program.wrote('stderr', new RegExp(`${name} \\(process \\d+\\) is serving at 127`));
      expect(pidOf(name)).not.toBe(killed);
      await gone(workers);
    }
    expect(program.stderr).toContain(`is serving at ${addresses.scorer}\n`);
    // Clients that were there before find it again.
    expect(await score(clients.scorer)).toEqual(before);
    await clients.searcher.listAlgorithms({});
    expect((await clients.oracle.listBenchmarks({})).benchmarks).toEqual([]);
  });

  test('a second one on the same state folder is told the owner, and may have it afterwards', async () => {
    const { code, stderr } = await startServe(home).ended;
    expect(code).toBe(1);
    const owner = /^FAILED_PRECONDITION: .*folder .* is in use by process (\d+)/m.exec(stderr);
    expect(Number(owner?.[1])).toBe(hasProc ? served.pidOf('benchmark-oracle') : expect.any(Number));
    // The first one has not noticed.
    expect(await score(served.clients.scorer)).toEqual([expect.any(Number)]);
    expect((await served.stop()).code).toBe(0);

    const next = startServe(home);
    await addressesOf(next);
    expect((await next.stop()).code).toBe(0);
  });
});

onLinux.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])('%s stops every process in order', async (signal) => {
  const { clients, program } = await serving(temporaryFolder());
  await score(clients.scorer);
  clients.close();
  const tree = processTree(program.pid);
  // The command, three services, and the scorer's workers.
  expect(tree.length).toBeGreaterThanOrEqual(6);
  program.kill(signal);
  const { code, stderr } = await program.ended;
  expect(code).toBe(0);
  expect(stderr).toContain(`gradsign serve: ${signal}: stopping`);
  expect(tree.filter(isRunning)).toEqual([]);
});

onLinux('a stop during the start leaves nothing behind', async () => {
  const serve = startServe(temporaryFolder());
  const tree = await until(() => {
    const pids = processTree(serve.pid);
    return pids.length >= 3 ? pids : undefined;
  });
  serve.kill('SIGINT');
  const { stdout } = await serve.ended;
  expect(stdout).toBe('');
  await gone([...tree, ...processTree(serve.pid)]);
});

onLinux('services end when `serve` is killed', async () => {
  const { clients, program } = await serving(temporaryFolder());
  clients.close();
  const tree = processTree(program.pid);
  program.kill('SIGKILL');
  await program.ended;
  await gone(tree);
});
