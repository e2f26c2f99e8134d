import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpy } from '@gradsign/datasets';
import { float32 } from '@gradsign/onnx';
import { dumpComponents, dumpRun } from './dump';

const folder = mkdtempSync(join(tmpdir(), 'gradsign-dump-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a run’s feeds are files by proxy, initialisation and run', () => {
  const feeds = { images: float32([1, 2], [1, 2]), 'layer/weight': float32([3], []) };
  dumpRun(folder, { proxy: 'zen', initialization: 1, index: 12, feeds });
  expect(readdirSync(join(folder, 'zen', '1', '12')).sort()).toEqual(['images.npy', 'layer%2Fweight.npy']);
  const { shape, data } = readNpy(readFileSync(join(folder, 'zen', '1', '12', 'images.npy')));
  expect([shape, [...data]]).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

test('what a population ranks by is a file', () => {
  const score = { value: 1, weights: 0, nanCount: 0, seconds: 0 };
  dumpComponents(folder, [
    { ...score, id: 'zen' },
    { ...score, id: 'az_nas', value: NaN, components: [1, -Infinity] },
  ]);
  const { shape, data } = readNpy(readFileSync(join(folder, 'az_nas', 'components.npy')));
  expect([shape, [...data]]).toEqual([[2], [1, -Infinity]]);
});
