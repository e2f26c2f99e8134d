import { createDirectScorer } from './direct-scorer';

/** What a bare worker is asked. */
export interface DirectTask {
  readonly architecture: string;
  readonly proxies: readonly string[];
}

/** Values in the order of the proxies, and the processor time of computing them. */
export interface DirectAnswer {
  readonly values: readonly number[];
  readonly cpuSeconds: number;
}

/** A process that scores one architecture a message. */
const score = createDirectScorer();
process.on('message', ({ architecture, proxies }: DirectTask) => {
  const started = process.cpuUsage();
  void score(architecture, proxies).then((scores) => {
    const { user, system } = process.cpuUsage(started);
    const answer: DirectAnswer = { values: scores.map(({ value }) => value), cpuSeconds: (user + system) / 1e6 };
    process.send!(answer);
  });
});
process.on('disconnect', () => process.exit());
