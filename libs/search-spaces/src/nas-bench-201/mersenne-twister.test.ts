import { MersenneTwister } from './mersenne-twister';

describe('MersenneTwister', () => {
  // Expected values: CPython 3.11, random.seed(n), random.getrandbits(32), random.shuffle.
  test('gives the words of Python', () => {
    const words = new MersenneTwister(88);
    expect([words.uint32(), words.uint32(), words.uint32()]).toEqual([1707201716, 4182107318, 813946014]);
    const long = new MersenneTwister(2 ** 32 - 1);
    const last = Array.from({ length: 700 }, () => long.uint32()).at(-1);
    expect(last).toBe(1534215042);
  });

  test('shuffles like Python', () => {
    expect(new MersenneTwister(0).shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([7, 8, 1, 5, 3, 4, 2, 0, 9, 6]);
  });
});
