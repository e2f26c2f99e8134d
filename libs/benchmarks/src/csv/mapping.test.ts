import fc from 'fast-check';
import { MappingError } from '../errors';
import { parseMapping } from './mapping';

const evaluation = {
  dataset: 'cifar10',
  trainingSet: 'half',
  epochs: 12,
  seed: 'mean',
  measures: { validAccuracy: 'v' },
};
const document = { space: 'nas-bench-201', architecture: 'arch', evaluations: [evaluation] };

test('a complete mapping passes; a column alone is a measure', () => {
  const full = {
    ...document,
    version: '1',
    description: 'mine',
    evaluations: [
      {
        dataset: { column: 'd', values: { 'CIFAR-10': 'cifar10' } },
        trainingSet: { column: 't' },
        epochs: { column: 'e' },
        epoch: { column: 'at' },
        seed: 'position',
        measures: {
          testAccuracy: { column: 'x', scale: 100, joined: ';', note: 'fractions' },
          trainSeconds: { column: 's' },
        },
      },
    ],
  };
  expect(parseMapping(full)).toEqual(full);
  expect(parseMapping(document).evaluations[0].measures).toEqual({ validAccuracy: { column: 'v' } });
});

const one = (change: object) => ({ ...document, evaluations: [{ ...evaluation, ...change }] });
const cell = (change: unknown) => one({ measures: { validAccuracy: change } });

test.each<[string, unknown, string]>([
  ['not an object', [], 'mapping field (root) is []: it must be an object'],
  ['unknown field', { ...document, colour: 1 }, 'mapping field (root).colour is 1: it must be one of space,'],
  ['no space', { ...document, space: undefined }, 'mapping field space is absent: it must be a text'],
  ['no architecture', { ...document, architecture: '' }, 'mapping field architecture is "": it must be a text'],
  [
    'no evaluations',
    { ...document, evaluations: [] },
    'mapping field evaluations is []: it must be a list of at least',
  ],
  ['unknown dimension', one({ fold: 1 }), 'mapping field evaluations[0].fold is 1'],
  ['data set', one({ dataset: 'CIFAR 10' }), 'evaluations[0].dataset is "CIFAR 10": a data set must be'],
  [
    'training set',
    one({ trainingSet: 'all' }),
    'evaluations[0].trainingSet is "all": a training set must be half or full',
  ],
  ['epochs', one({ epochs: 0 }), 'evaluations[0].epochs is 0: epochs must be a whole number between 1 and 65535'],
  ['late epoch', one({ epoch: 13 }), 'evaluations[0].epoch is 13: it must be at most epochs, which is 12'],
  ['seed', one({ seed: -1 }), 'evaluations[0].seed is -1: mean, or a seed must be a whole number'],
  ['seed absent', one({ seed: undefined }), 'evaluations[0].seed is absent'],
  ['nothing joined', one({ seed: 'position' }), 'evaluations[0].seed is "position": at least one of the measures'],
  ['dimension column', one({ epochs: { column: 3 } }), 'evaluations[0].epochs.column is 3'],
  ['dimension value', one({ seed: { column: 's', values: { a: 'b' } } }), 'evaluations[0].seed.values["a"] is "b"'],
  [
    'no accuracy',
    one({ measures: { testLoss: 'x' } }),
    'evaluations[0].measures is {"testLoss":"x"}: it must have at least',
  ],
  [
    'unknown measure',
    one({ measures: { accuracy: 'x' } }),
    'evaluations[0].measures.accuracy is "x": it must be one of',
  ],
  ['measure column', cell({}), 'evaluations[0].measures.validAccuracy.column is absent'],
  ['scale', cell({ column: 'v', scale: 0 }), 'validAccuracy.scale is 0: it must be a number greater than 0'],
  ['joined', cell({ column: 'v', joined: '' }), 'validAccuracy.joined is ""'],
  ['twice', { ...document, evaluations: [evaluation, evaluation] }, 'it has the dimensions of evaluations[0]'],
])('%s is refused', (_, bad, message) => {
  expect(() => parseMapping(bad)).toThrow(MappingError);
  expect(() => parseMapping(bad)).toThrow(message);
});

test('any JSON is a mapping or a MappingError', () => {
  const value = fc.jsonValue();
  const near = fc
    .record({ dataset: value, trainingSet: value, epochs: value, seed: value, measures: value }, { requiredKeys: [] })
    .map(one);
  fc.assert(
    fc.property(fc.oneof(value, near), (any) => {
      try {
        parseMapping(any);
      } catch (error) {
        expect(error).toBeInstanceOf(MappingError);
      }
    }),
  );
});
