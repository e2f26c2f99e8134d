import { table } from './table';

test('columns are as wide as their widest cell', () => {
  expect(
    table(
      ['stage', 'ms'],
      [
        ['run', '120.5'],
        ['reduce', '3'],
      ],
    ),
  ).toBe('stage      ms\nrun     120.5\nreduce      3\n');
});
