import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceError, toStatus, Training, TrainingState } from '@gradsign/contracts';
import { TrainingLog, type TrainingRecord } from './training-log';

const folder = mkdtempSync(join(tmpdir(), 'training-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newPath = () => join(folder, `${files++}.jsonl`);

function record(name: string, change: Partial<Training> = {}): TrainingRecord {
  const training = Training.fromPartial({
    name: `trainings/${name}`,
    owner: 'somebody “else”',
    state: TrainingState.TRAINING_STATE_FAILED,
    createTime: new Date(1),
    endTime: new Date(2),
    error: toStatus(new ServiceError('UNAVAILABLE', 'over', { reason: 'STOPPING', retryAfterMs: 1500 })),
  });
  return { identity: `identity of ${name}`, requests: ['["local","a"]'], training: { ...training, ...change } };
}

async function read(path: string): Promise<TrainingRecord[]> {
  const { log, records } = await TrainingLog.open(path);
  await log.close();
  return records;
}

async function write(path: string, ...records: TrainingRecord[]): Promise<void> {
  const { log } = await TrainingLog.open(path);
  await Promise.all(records.map((entry) => log.append(entry)));
  await log.close();
}

test('records come back whole, in their order, with losses that are no numbers', async () => {
  const path = newPath();
  const epoch = { epoch: 1, trainLoss: NaN, trainAccuracy: 10, validationAccuracy: 10, seconds: 1 };
  const records = [
    record('a', { curve: [epoch, { ...epoch, epoch: 2, trainLoss: Infinity, testAccuracy: 11 }] }),
    record('b', { state: TrainingState.TRAINING_STATE_CANCELLED, error: undefined }),
  ];
  await write(path, ...records);
  expect(await read(path)).toEqual(records);
  await write(path, record('c'));
  expect((await read(path)).map(({ training }) => training.name)).toEqual([
    'trainings/a',
    'trainings/b',
    'trainings/c',
  ]);
});

test('a torn last line is ignored and overwritten', async () => {
  const path = newPath();
  await write(path, record('a'), record('b'));
  const whole = readFileSync(path);
  const begin = whole.indexOf('\n') + 1;
  for (const end of [begin + 1, whole.length - 30, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, end));
    expect(await read(path)).toEqual([record('a')]);
    writeFileSync(path, whole.subarray(0, end));
    await write(path, record('c'));
    expect(await read(path)).toEqual([record('a'), record('c')]);
  }
});

test.each([
  ['no JSON', '{"identity":'],
  ['another form', '{"identity":"x","requests":[]}'],
  ['requests of another form', '{"identity":"x","requests":[1],"training":{"name":"trainings/x","state":3}}'],
  ['a training that has not ended', '{"identity":"x","requests":[],"training":{"name":"trainings/x","state":2}}'],
  ['an empty line', ''],
])('any other damage is told with its line: %s', async (_, line) => {
  const path = newPath();
  await write(path, record('a'));
  appendFileSync(path, `${line}\n`);
  await expect(read(path)).rejects.toMatchObject({ code: 'DATA_LOSS', reason: 'RECORD_DAMAGED' });
  await expect(read(path)).rejects.toThrow(`${path}, line 2 is damaged`);
});
