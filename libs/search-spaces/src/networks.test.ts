import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { BATCH, IMAGES, initializeWeights, LOGITS, normalize, withWeights } from '@gradsign/network';
import { checkGraph, float32, specialize } from '@gradsign/onnx';
import { Random, Stream } from '@gradsign/random';
import { searchSpaces } from './registry';

const engine = createOnnxRuntimeEngine();
const SAMPLES = 2;
/** Where the architecture does not fix them: as small as any space allows. */
const SMALL = { channels: 8, cellsPerStage: 1 };
const FIXED_SIZES = ['nats-bench-sss', 'zen'];

describe.each([...searchSpaces])('%s', (name, space) => {
  const random = new Random(Stream.of(12, 'test', name));

  test.each([
    [[3, 32, 32], 10],
    [[3, 32, 32], 100],
    [[3, 16, 16], 120],
    [[1, 28, 28], 10],
    [[3, 224, 224], 1000],
  ] as const)(
    'images %j with %d classes: the graph is valid, and every sample has finite logits',
    async (shape, classes) => {
      const options = { imageShape: shape, classes };
      const architecture = space.sample(random);
      checkGraph(space.network(architecture, options).graph);

      const network = space.network(architecture, { ...options, ...(!FIXED_SIZES.includes(name) && SMALL) });
      const weights = initializeWeights(network, { seed: 42, initialization: 0 });
      const graph = normalize(specialize(withWeights(network, weights), { [BATCH]: SAMPLES }), 'sample');
      const images = new Float32Array(SAMPLES * shape[0] * shape[1] * shape[2]);
      Stream.of(1, 'images').fillNormal(images, 0, 1);
      const session = await engine.load(graph);
      const { [LOGITS]: logits } = await session.run({ [IMAGES]: float32(images, [SAMPLES, ...shape]) });
      await session.release();
      expect(logits.shape).toEqual([SAMPLES, classes]);
      expect([...(logits.data as Float32Array)].every(Number.isFinite)).toBe(true);
    },
  );
});
