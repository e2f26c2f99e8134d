import { compareTensors, conformanceCases, tolerances } from '@gradsign/engine/conformance';
import { ReferenceEngine } from '@gradsign/engine-reference';
import { createOnnxRuntimeEngine } from './engine';

const engine = createOnnxRuntimeEngine();
const reference = new ReferenceEngine();

it.each(conformanceCases.map((c) => [c.name, c] as const))('%s', async (_, { graph, feeds }) => {
  const expected = await (await reference.load(graph)).run(feeds);
  const session = await engine.load(graph);
  const actual = await session.run(feeds);
  await session.release();
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const name of Object.keys(expected)) {
    expect(compareTensors(actual[name], expected[name], tolerances[engine.precision])).toBeUndefined();
  }
});
