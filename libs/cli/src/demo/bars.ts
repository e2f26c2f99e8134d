import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import { TrialState, type Trial } from '@gradsign/contracts';
import type { Followed } from '../search/follow';

/** Shows how the searches get on. */
export interface SearchBars {
  update(search: string, now: Followed): void;
  trial(search: string, trial: Trial): void;
  stop(): void;
}

/** A bar for each search on a terminal; elsewhere a line for each trained network. */
export function searchBars(searches: readonly string[], trials: number, stream: NodeJS.WriteStream): SearchBars {
  return stream.isTTY ? barsOnTerminal(searches, trials, stream) : linesInLog(trials, stream);
}

function barsOnTerminal(searches: readonly string[], trials: number, stream: NodeJS.WriteStream): SearchBars {
  const format = '{search} {bar} {value}/{total} networks · best {best} · {now}';
  const bars = new MultiBar({ format, stream, hideCursor: true, barsize: 24 }, Presets.shades_classic);
  const width = Math.max(...searches.map((name) => name.length));
  const byName = new Map<string, SingleBar>(
    searches.map((search) => [search, bars.create(trials, 0, { search: search.padEnd(width), best: '–', now: '' })]),
  );
  return {
    update(search, { ended, search: { bestTrial }, running }) {
      const [work] = running.values();
      const now = work ? `${work.phase} ${work.done}/${work.total}` : '';
      byName.get(search)!.update(ended, { best: bestTrial ? percent(bestTrial.reward) : '–', now });
    },
    trial: () => {},
    stop: () => bars.stop(),
  };
}

function linesInLog(trials: number, stream: NodeJS.WriteStream): SearchBars {
  return {
    update: () => {},
    trial(search, { number, state, reward, pool }) {
      if (state !== TrialState.TRIAL_STATE_SUCCEEDED) return;
      const how = pool.length > 0 ? `chosen by GradSign from ${pool.length}` : 'random';
      stream.write(`${search} ${number}/${trials}: ${percent(reward)} on validation images (${how})\n`);
    },
    stop: () => {},
  };
}

/** An accuracy as people read it. */
export function percent(accuracy: number | undefined): string {
  return accuracy === undefined ? '–' : `${accuracy.toFixed(1)} %`;
}
