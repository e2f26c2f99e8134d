import { Stopwatch } from './stopwatch';

test('time goes to the stage that was running, whenever it is entered again', () => {
  let now = 10;
  const watch = new Stopwatch(['build', 'run'], () => now);
  now = 13;
  watch.enter('run');
  now = 20;
  watch.enter('build');
  now = 21;
  watch.enter('run');
  now = 22;
  watch.enter('run');
  expect(watch.spent).toEqual({ build: 4, run: 8 });
});
