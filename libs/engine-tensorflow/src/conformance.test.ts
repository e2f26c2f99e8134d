import { createRequire } from 'node:module';
import { compareTensors, conformanceCases, tolerances } from '@gradsign/engine/conformance';
import { ReferenceEngine } from '@gradsign/engine-reference';
import { engineOver } from './engine';
import { backendFor } from './test-backend';

const reference = new ReferenceEngine();

describe.each(['cpu', 'wasm'])('the backend %s', (name) => {
  const backend = backendFor(name, createRequire(__filename));
  const cases = backend === undefined ? it.skip : it;
  const title = backend === undefined ? `%s (@tensorflow/tfjs-backend-${name} is not installed)` : '%s';

  cases.each(conformanceCases.map((c) => [c.name, c] as const))(title, async (_, { graph, feeds }) => {
    const tf = await backend!();
    const engine = engineOver(tf, name);
    const expected = await (await reference.load(graph)).run(feeds);
    const before = tf.memory().numTensors;
    const session = await engine.load(graph);
    const actual = await session.run(feeds);
    const held = tf.memory().numTensors;
    await session.run(feeds);
    expect(tf.memory().numTensors).toBe(held);
    await session.release();
    expect(tf.memory().numTensors).toBe(before);
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const output of Object.keys(expected)) {
      expect(compareTensors(actual[output], expected[output], tolerances[engine.precision])).toBeUndefined();
    }
  });
});
