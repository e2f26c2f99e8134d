import { spearmanWithin } from './within-groups';

test('groups are weighted by their members; small and constant ones are left out', () => {
  const groups = [1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 4, 4, 4];
  const x = [1, 2, 3, 6, 5, 4, 3, 2, 1, 1, 2, 7, 7, 7];
  const y = [10, 20, 30, 1, 2, 3, 4, 5, 6, 1, 2, 1, 2, 3];
  // ρ = 1 in a group of three, −1 in one of six; the group of two and the constant one are left out.
  const { spearman, groups: ranked, members } = spearmanWithin(groups, x, y);
  expect(spearman).toBeCloseTo((3 - 6) / 9, 12);
  expect({ ranked, members }).toEqual({ ranked: 2, members: 9 });
});

test('without a group that can be ranked there is no value', () => {
  expect(spearmanWithin([1, 2, 3], [1, 2, 3], [1, 2, 3])).toEqual({ spearman: NaN, groups: 0, members: 0 });
});
