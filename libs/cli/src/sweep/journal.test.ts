import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SweepJournal } from './journal';

const folder = mkdtempSync(join(tmpdir(), 'gradsign-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'table.arrow.journal');
const ABOUT = JSON.stringify({ about: 'this' });

test('what was done is there again; a torn line is written anew', async () => {
  const first = await SweepJournal.open(path, ABOUT);
  expect(first.done.size).toBe(0);
  first.add(3, [[1.5, 10, 0, 0.25]]);
  first.add(0, [['-Infinity', 10, 0, 0.5]]);
  first.close();
  appendFileSync(path, '[7,[[2');

  const second = await SweepJournal.open(path, ABOUT);
  expect([...second.done]).toEqual([
    [3, [[1.5, 10, 0, 0.25]]],
    [0, [['-Infinity', 10, 0, 0.5]]],
  ]);
  second.add(7, [[2, 10, 0, 0.125]]);
  second.close();
  expect(readFileSync(path, 'utf8')).toBe(
    `${ABOUT}\n[3,[[1.5,10,0,0.25]]]\n[0,[["-Infinity",10,0,0.5]]]\n[7,[[2,10,0,0.125]]]\n`,
  );
});

test('another sweep does not go on with it', async () => {
  await expect(SweepJournal.open(path, JSON.stringify({ about: 'that' }))).rejects.toThrow(
    `${path} belongs to a sweep with other settings; finish that one, or remove the file`,
  );
  (await SweepJournal.open(path, ABOUT)).remove();
  expect(existsSync(path)).toBe(false);
});
