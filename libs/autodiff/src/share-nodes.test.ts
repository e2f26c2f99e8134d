import { ReferenceEngine } from '@gradsign/engine-reference';
import { float32, GraphBuilder, int64 } from '@gradsign/onnx';
import { shareNodes } from './share-nodes';

const engine = new ReferenceEngine();

it('computes equal chains once and keeps values', async () => {
  const b = new GraphBuilder('twice');
  const x = b.input('x', 'float32', [3]);
  const chain = () => b.node('Exp', [b.node('Neg', [x])]);
  b.output(b.node('Add', [chain(), chain()], {}, 'y'));
  const shared = shareNodes(b.build());
  expect(shared.nodes.map(({ op }) => op)).toEqual(['Neg', 'Exp', 'Add']);
  const feeds = { x: float32([-1, 0, 2]) };
  const [before, after] = await Promise.all([b.build(), shared].map(async (g) => (await engine.load(g)).run(feeds)));
  expect(after.y).toEqual(before.y);
});

it('keeps nodes apart whose attributes, inputs or outputs differ', () => {
  const b = new GraphBuilder('apart');
  const [x, y] = [b.input('x', 'float32', [2, 2]), b.input('y', 'float32', [2, 2])];
  const values = [
    b.node('Softmax', [x], { axis: 0 }),
    b.node('Softmax', [x], { axis: 1 }),
    b.node('Sub', [x, y]),
    b.node('Sub', [y, x]),
    b.node('Exp', [x], {}, 'first'),
    b.node('Exp', [x], {}, 'second'),
  ];
  values.forEach((value) => b.output(value));
  expect(shareNodes(b.build())).toEqual(b.build());
});

it('shares nodes with tensors as attributes by their content', () => {
  const b = new GraphBuilder('tensors');
  const shape = b.constant(int64([2]));
  const fill = (value: number) => b.node('ConstantOfShape', [shape], { value: float32([value]) });
  b.output(b.node('Add', [b.node('Add', [fill(1), fill(1)]), fill(2)]));
  expect(shareNodes(b.build()).nodes.filter(({ op }) => op === 'ConstantOfShape')).toHaveLength(2);
});
