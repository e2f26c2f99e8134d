import { BuiltinDataset, SearchSpace } from './gen/gradsign/common/v1/common';
import { Engine } from './gen/gradsign/scorer/v1/scorer';
import { ServiceError } from './errors';
import { engineNames, formatDataset, parseDataset, searchSpaceNames } from './names';

test.each(['cifar10', 'noise:imagenet16-120', 'npy:mine', 'folder:flowers'])('%s is its own name', (name) => {
  expect(formatDataset(parseDataset(name, 'dataset'), 'dataset')).toBe(name);
});

test('every value of an enum but UNSPECIFIED has a name', () => {
  const values = Object.values(SearchSpace).filter((v): v is SearchSpace => typeof v === 'number' && v > 0);
  expect(values.length).toBe(9);
  for (const value of values) {
    expect(searchSpaceNames.parse(searchSpaceNames.format(value, 'space'), 'space')).toBe(value);
  }
});

function violation(f: () => unknown) {
  try {
    f();
  } catch (error) {
    expect(error).toBeInstanceOf(ServiceError);
    return (error as ServiceError).violations[0];
  }
  throw new Error('nothing was thrown');
}

test('an unknown name is told with the field and the known names', () => {
  expect(violation(() => searchSpaceNames.parse('nas-bench-202', 'space'))).toEqual({
    field: 'space',
    description: expect.stringMatching(/^"nas-bench-202" is not a search space; known: nas-bench-101, /),
  });
  expect(violation(() => parseDataset('noise:cifar11', 'dataset')).description).toContain('"cifar11"');
  expect(violation(() => parseDataset('svhn:1', 'dataset')).description).toContain('"svhn:1" is not a data set');
});

test('an unknown number and an absent value are told apart', () => {
  expect(violation(() => searchSpaceNames.format(99 as SearchSpace, 'space')).description).toContain('99 is not');
  expect(violation(() => engineNames.format(99 as Engine, 'engine')).description).toMatch(
    /^99 is not an engine; known: /,
  );
  expect(violation(() => searchSpaceNames.format(0, 'space')).description).toContain('a value is required');
  expect(violation(() => formatDataset(undefined, 'dataset')).description).toBe('a data set is required');
  const unknown = { source: { $case: 'builtin' as const, value: 77 as BuiltinDataset } };
  expect(violation(() => formatDataset(unknown, 'dataset')).field).toBe('dataset.builtin');
});
