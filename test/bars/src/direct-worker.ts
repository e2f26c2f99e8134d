import { createDirectScorer } from './direct-scorer';

/** A process that scores one architecture a message by GradSign and answers each with its value. */
const score = createDirectScorer();
process.on('message', (architecture: string) => {
  void score(architecture, ['gradsign']).then(([{ value }]) => process.send!(value));
});
process.on('disconnect', () => process.exit());
