import fc from 'fast-check';
import { ArchitectureSyntaxError } from '../errors';
import { cellOf, nodeOf, type NdsArchitecture } from './architecture';
import { amoeba, darts, enas, nasnet, pnas, type DesignSpace } from './design-space';
import { formatNds, parseNds } from './notation';

const DARTS =
  '{"genotype":{"normal":[["avg_pool_3x3",1],["sep_conv_3x3",1],["sep_conv_5x5",1],["dil_conv_5x5",1],["none",0],' +
  '["dil_conv_3x3",2],["dil_conv_3x3",2],["sep_conv_3x3",1]],"normal_concat":[2,3,4,5],"reduce":[["sep_conv_3x3",0],' +
  '["dil_conv_3x3",0],["skip_connect",0],["dil_conv_3x3",0],["none",1],["dil_conv_5x5",1],["dil_conv_3x3",4],' +
  '["skip_connect",4]],"reduce_concat":[2,3,4,5]},"width":16,"depth":20}';

const architectures = (space: DesignSpace): fc.Arbitrary<NdsArchitecture> => {
  const edge = (i: number) =>
    fc.record({ operation: fc.constantFrom(...space.operations), source: fc.nat(nodeOf(i) - 1) });
  const cell = fc.tuple(...Array.from({ length: 2 * space.nodes }, (_, i) => edge(i))).chain((edges) => {
    const nodes = Array.from({ length: space.nodes }, (_, i) => i + 2);
    const other = fc.shuffledSubarray(nodes, { minLength: 1 }).map((concat) => ({ edges, concat }));
    return fc.oneof(fc.constant(cellOf(space, edges)), other);
  });
  return fc.record({
    normal: cell,
    reduce: cell,
    width: fc.integer({ min: 1, max: 512 }),
    depth: fc.integer({ min: 1, max: 100 }),
  });
};

const refusal = (text: string, space = darts): ArchitectureSyntaxError => {
  try {
    parseNds(space, text);
  } catch (error) {
    if (error instanceof ArchitectureSyntaxError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
};

test.each([darts, enas, pnas, nasnet, amoeba].map((space) => [space.name, space] as const))(
  '%s: printing and reading are inverse',
  (_, space) => {
    fc.assert(
      fc.property(architectures(space), (architecture) => {
        expect(parseNds(space, formatNds(architecture))).toEqual(architecture);
      }),
    );
  },
);

test('reads records: members in any order, white space, training settings, genotype beside the sizes', () => {
  const architecture = parseNds(darts, DARTS);
  expect(architecture.normal.edges[4]).toEqual({ operation: 'none', source: 0 });
  expect(architecture.reduce.concat).toEqual([2, 3, 4, 5]);
  expect([architecture.width, architecture.depth]).toEqual([16, 20]);
  expect(formatNds(architecture)).toBe(DARTS);
  const { genotype, width, depth } = JSON.parse(DARTS) as Record<string, object>;
  const record = { aux: true, drop_prob: 0.2, depth, width, genotype };
  expect(parseNds(darts, JSON.stringify(record, undefined, 2))).toEqual(architecture);
  expect(parseNds(darts, JSON.stringify({ ...genotype, width, depth }))).toEqual(architecture);
});

const at = (token: string) => DARTS.indexOf(token);

test.each([
  ['', 0, 'expected a JSON value, got the end of the text'],
  ['[]', 0, 'expected the architecture as a JSON object'],
  ['{"genotype":7}', 12, 'expected genotype as a JSON object'],
  ['{"layers":7}', 1, 'expected only the members normal, normal_concat, reduce, reduce_concat, width, depth, aux,'],
  ['{"genotype":{"width":16}}', 13, 'expected only the members normal, normal_concat, reduce, reduce_concat, got'],
  ['{}', 2, 'expected a member "normal"'],
  [DARTS.replace(',"depth":20', ''), DARTS.length - 11, 'expected a member "depth"'],
  [
    DARTS.replace('["avg_pool_3x3",1],', ''),
    at('[["avg'),
    'expected normal to be a list of 8 pairs [operation, source]',
  ],
  [DARTS.replace('["none",0]', '"none"'), at('["none",0]'), 'expected normal[4] to be a pair [operation, source]'],
  [DARTS.replace('["none",0]', '["none"]'), at('["none",0]'), 'expected normal[4] to be a pair [operation, source]'],
  [
    DARTS.replace('"none",0', '"conv_1x1",0'),
    at('"none",0'),
    'expected the operation of normal[4], one of none, max_pool_3x3, avg_pool_3x3, skip_connect, sep_conv_3x3,',
  ],
  [DARTS.replace('"none",0', '7,0'), at('"none",0'), 'expected the operation of normal[4], one of none'],
  [
    DARTS.replace('"none",0', '"none",4'),
    at('"none",0') + 7,
    'expected the source of normal[4], an edge of node 4, to be an integer in 0…3, got "4],',
  ],
  [DARTS.replace('"none",1', '"none",-1'), at('"none",1') + 7, 'expected the source of reduce[4], an edge of node 4,'],
  [DARTS.replace('"none",0', '"none","0"'), at('"none",0') + 7, 'expected the source of normal[4]'],
  [DARTS.replace('[2,3,4,5]', '[]'), at('[2,3,4,5]'), 'expected normal_concat to be a list of one or more nodes'],
  [DARTS.replace('[2,3,4,5]', '5'), at('[2,3,4,5]'), 'expected normal_concat to be a list of one or more nodes'],
  [
    DARTS.replace('[2,3,4,5]', '[2,6]'),
    at('[2,3,4,5]') + 3,
    'expected normal_concat[1], a node, to be an integer in 2…5',
  ],
  [
    DARTS.replace('[2,3,4,5]', '[1]'),
    at('[2,3,4,5]') + 1,
    'expected normal_concat[0], a node, to be an integer in 2…5',
  ],
  [DARTS.replace('[2,3,4,5]', '[3,3]'), at('[2,3,4,5]') + 3, 'expected normal_concat to name each node once'],
  [DARTS.replace('16', '0'), at('16'), 'expected width to be an integer in 1…512, got "0,'],
  [DARTS.replace('16', '1.5'), at('16'), 'expected width to be an integer in 1…512'],
  [DARTS.replace('20}', '101}'), at('20}'), 'expected depth to be an integer in 1…100'],
  [`${DARTS},`, DARTS.length, 'expected the end after the JSON value'],
])('%#: points at the value that breaks a rule', (text, position, rule) => {
  const { message } = refusal(text);
  expect(message).toContain(`nds-darts architecture, character ${position}: ${rule}`);
});

test('a cell has as many nodes and the operations that its space has', () => {
  expect(refusal(DARTS, enas).message).toContain(
    'nds-enas architecture, character 22: expected normal to be a list of 10 pairs [operation, source], 2 for each of 5',
  );
});
