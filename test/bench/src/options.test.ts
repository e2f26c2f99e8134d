import { count, counts } from './options';

test('counts are whole numbers from 1', () => {
  expect(count('64', '--n')).toBe(64);
  expect(counts('64,128', '--n')).toEqual([64, 128]);
  expect(() => count('0', '--n')).toThrow(new RangeError('--n "0": must be a whole number from 1'));
  expect(() => counts('4,x', '--n')).toThrow(new RangeError('--n "x": must be a whole number from 1'));
});
