import { TaskError, WorkerCrashError } from '@gradsign/compute-pool';
import { ServiceError } from '@gradsign/contracts';
import { DatasetError } from '@gradsign/dataset';
import { NpyError } from '@gradsign/datasets';
import { NetworkError } from '@gradsign/network';
import { toServiceError } from './errors';

test.each([
  ['a data set', new DatasetError('size', 0, 'at least 1')],
  ['a file of arrays', new NpyError('size', 0, 'at least 1')],
])('what is wrong with %s is the field’s fault', (_, error) => {
  const violations = [{ field: 'data', description: 'size 0: at least 1' }];
  expect(toServiceError(error, 'data')).toMatchObject({ code: 'INVALID_ARGUMENT', violations });
});

test('a damaged file of the server’s is not the caller’s fault', () => {
  const error = new DatasetError('file', '/data/train', 'has 7 bytes');
  expect(toServiceError(error, 'data')).toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: 'data: file "/data/train": has 7 bytes',
    reason: 'DATASET_UNREADABLE',
  });
});

test('an error of the core is known by its name when it comes out of a worker', () => {
  const record = { name: NetworkError.name, message: 'too small', stack: '', details: {} };
  const error = new TaskError('score', record, { pid: 1 }, []);
  expect(toServiceError(error, 'x')).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'NETWORK_UNSUITABLE' });
});

test('a lost worker may be tried again; what is not known is internal, and says nothing', () => {
  const crash = new WorkerCrashError('score', { pid: 1, code: null, signal: 'SIGSEGV' }, 2);
  expect(toServiceError(crash, 'x')).toMatchObject({ code: 'UNAVAILABLE', reason: 'WORKER_CRASHED' });
  expect(toServiceError(new Error('secret'), 'x')).toMatchObject({ code: 'INTERNAL' });
  expect(toServiceError(new Error('secret'), 'x').message).not.toContain('secret');
  const own = ServiceError.invalid('a', 'b');
  expect(toServiceError(own, 'x')).toBe(own);
});
