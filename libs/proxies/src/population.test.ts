import { logRankSums, memberRanks, rankSums } from './population';

const members = [
  [3, 10],
  [1, 30],
  [2, 20],
];

it('adds ranks', () => {
  expect(rankSums(members)).toEqual([3 + 1, 1 + 3, 2 + 2]);
});

it('adds logs of ranks by the size of the population', () => {
  const sums = logRankSums(members);
  [1 / 3, 1 / 3, 4 / 9].forEach((product, i) => expect(sums[i]).toBeCloseTo(Math.log(product), 14));
});

it('lets equal values share the mean of their ranks', () => {
  expect(memberRanks([5, 1, 5, 5])).toEqual([3, 1, 3, 3]);
  expect(rankSums([[1], [1]])).toEqual([1.5, 1.5]);
});

it('takes NaN as −∞, the lowest', () => {
  expect(memberRanks([NaN, 0, -Infinity, Infinity])).toEqual([1.5, 3, 1.5, 4]);
});

it('moves with the members', () => {
  const order = [2, 0, 1];
  for (const combine of [rankSums, logRankSums]) {
    expect(combine(order.map((i) => members[i]))).toEqual(order.map((i) => combine(members)[i]));
  }
});

it('has something to say of populations of one and none', () => {
  expect(logRankSums([[7, NaN, -Infinity, 3]])).toEqual([0]);
  expect(rankSums([[7, NaN]])).toEqual([2]);
  expect(rankSums([])).toEqual([]);
});
