import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScoreJournal } from './score-journal';

const folder = mkdtempSync(join(tmpdir(), 'gradsign-journal-'));
const file = join(folder, 'scores.jsonl');
afterAll(() => rmSync(folder, { recursive: true }));

test('a journal goes on where it was cut, at the same commit only', () => {
  const first = new ScoreJournal(file, 'abc');
  first.add('seed 42', 'a', { gradsign: 5, naswot: -Infinity, snip: NaN });
  first.add('seed 43', 'a', { gradsign: 6 });
  appendFileSync(file, '{"commit":"abc","run":"seed 42","archi');

  const second = new ScoreJournal(file, 'abc');
  expect(second.of('seed 42')).toEqual(new Map([['a', { gradsign: 5, naswot: -Infinity, snip: NaN }]]));
  second.add('seed 42', 'b', { gradsign: 7 });
  expect([...new ScoreJournal(file, 'abc').of('seed 42').keys()]).toEqual(['a', 'b']);

  expect(new ScoreJournal(file, 'def').of('seed 42').size).toBe(0);
  second.add('seed 42', 'c', { gradsign: 8 });
  second.remove();
  expect(new ScoreJournal(file, 'abc').of('seed 42').size).toBe(0);
});
