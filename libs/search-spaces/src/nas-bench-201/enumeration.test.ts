import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { SIZE, enumerateCells } from './enumeration';
import { cellNetwork } from './network';
import { formatCell } from './notation';
import { parameterCount } from '@gradsign/network';

const TABLE = '../shared/data/nas-bench-201/nb201.csv.gz';

const strings = [...enumerateCells()].map(formatCell);

describe('NAS-Bench-201 enumeration', () => {
  test('has every cell once', () => {
    expect(SIZE).toBe(15625);
    expect(strings).toHaveLength(SIZE);
    expect(new Set(strings).size).toBe(SIZE);
  });

  test("is in the published order (the assertions of the benchmark's own code)", () => {
    expect(strings[0]).toBe(
      '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|',
    );
    expect(strings[9]).toBe('|avg_pool_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|nor_conv_3x3~2|');
    expect(strings[123]).toBe(
      '|avg_pool_3x3~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|none~0|avg_pool_3x3~1|nor_conv_3x3~2|',
    );
  });

  const table = existsSync(TABLE);
  if (!table) console.warn(`skipped: ${TABLE} is absent`);

  (table ? test : test.skip)('agrees with the compiled table, in order and in parameters', () => {
    const [header, ...rows] = gunzipSync(readFileSync(TABLE))
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    const column = (name: string) => rows.map((row) => row[header.indexOf(name)]);
    expect(column('arch_str')).toEqual(strings);

    // The count depends only on how many convolutions of each kind there are.
    const counts = new Map<string, number>();
    const published = column('params_m');
    const odd = [...enumerateCells()].filter((cell, index) => {
      const key = cell
        .filter((op) => op.startsWith('nor_conv'))
        .sort()
        .join();
      const count = counts.get(key) ?? parameterCount(cellNetwork(cell, { imageShape: [3, 32, 32], classes: 10 }));
      counts.set(key, count);
      return Math.round(Number(published[index]) * 1e6) !== count;
    });
    expect(counts.size).toBe(28);
    expect(odd).toHaveLength(150);
  });
});
