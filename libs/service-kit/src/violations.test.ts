import { parseDataset, searchSpaceNames, ServiceError } from '@gradsign/contracts';
import { Violations } from './violations';

test('everything wrong is told at once', () => {
  const violations = new Violations();
  expect(violations.required('name', '')).toBe(false);
  violations.required('spec', undefined);
  violations.range('epochs', 0, { min: 1, max: 200 });
  violations.range('rate', Number.NaN, { min: 0, max: 1 });
  violations.range('seed', -(2n ** 63n), { min: 0, max: Number.MAX_SAFE_INTEGER });
  violations.maxLength('request_id', 'x'.repeat(129), 128);
  violations.maxLength('proxies', [1, 2, 3], 2);
  violations.attempt(() => searchSpaceNames.parse('zem', 'space'));
  violations.check(1 > 2, 'parallelism', '1 is not over 2');
  expect(() => violations.throwIfAny()).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      violations: [
        { field: 'name', description: 'a value is required' },
        { field: 'spec', description: 'a value is required' },
        { field: 'epochs', description: '0 is outside the range 1 to 200' },
        { field: 'rate', description: 'NaN is outside the range 0 to 1' },
        { field: 'seed', description: '-9223372036854775808 is outside the range 0 to 9007199254740991' },
        { field: 'request_id', description: '129 characters are over the limit of 128' },
        { field: 'proxies', description: '3 entries are over the limit of 2' },
        { field: 'space', description: expect.stringContaining('"zem" is not a search space') as string },
        { field: 'parallelism', description: '1 is not over 2' },
      ],
    }),
  );
});

test('what keeps the rules passes', () => {
  const violations = new Violations();
  const spec: { seed: number } | undefined = { seed: 1 };
  expect(violations.required('spec', spec)).toBe(true);
  expect(violations.range('epochs', 200, { min: 1, max: 200 })).toBe(true);
  expect(violations.maxLength('id', 'xx', 2)).toBe(true);
  expect(violations.attempt(() => parseDataset('cifar10', 'dataset'))).toBeDefined();
  expect(() => violations.throwIfAny()).not.toThrow();
});

test('an error without violations is not collected, so none is lost', () => {
  const violations = new Violations();
  const fail = (error: Error) => () => {
    throw error;
  };
  expect(() => violations.attempt(fail(new TypeError('a bug')))).toThrow('a bug');
  expect(() => violations.attempt(fail(new ServiceError('NOT_FOUND', 'no such search')))).toThrow('no such search');
});
