import { pruneNetwork } from '@gradsign/network';
import { Random, Stream } from '@gradsign/random';
import { enumerateCells } from './enumeration';
import { liveForm } from './live-form';
import { cellNetwork } from './network';
import { formatCell, parseCell } from './notation';
import { sampleCell } from './variation';

test('edges on no path from input to output become none', () => {
  const form = (text: string) => formatCell(liveForm(parseCell(text)));
  expect(form('|none~0|+|skip_connect~0|nor_conv_3x3~1|+|none~0|avg_pool_3x3~1|nor_conv_1x1~2|')).toBe(
    '|none~0|+|skip_connect~0|none~1|+|none~0|none~1|nor_conv_1x1~2|',
  );
  expect(form('|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|none~2|')).toBe(
    '|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|',
  );
});

test('there are 9,445, and each is its own live form', () => {
  const forms = new Set<string>();
  for (const cell of enumerateCells()) forms.add(formatCell(liveForm(cell)));
  expect(forms.size).toBe(9445);
  for (const form of forms) expect(formatCell(liveForm(parseCell(form)))).toBe(form);
});

test('the pruned networks of a cell and its live form are the same, node by node', () => {
  const random = new Random(Stream.of(5, 'test'));
  let different = 0;
  for (let i = 0; i < 60; i++) {
    const cell = sampleCell(random);
    const [own, live] = [cell, liveForm(cell)].map((of) => {
      const network = cellNetwork(of, { imageShape: [3, 8, 8], classes: 10, channels: 4, cellsPerStage: 1 });
      const { graph, weights } = pruneNetwork(network);
      return renumber(JSON.stringify([graph.nodes, weights]));
    });
    expect(own).toBe(live);
    if (formatCell(cell) !== formatCell(liveForm(cell))) different++;
  }
  expect(different).toBeGreaterThan(10);
});

/** Nodes without a name of their own are numbered when they are made, dead ones too; here, by their appearance. */
function renumber(text: string): string {
  const names = new Map<string, string>();
  return text.replace(/"[A-Z]\w*_\d+"/g, (name) => {
    names.set(name, names.get(name) ?? `"${names.size}"`);
    return names.get(name)!;
  });
}
