import { Metadata, status } from '@grpc/grpc-js';
import { fromGrpcError, toGrpcError } from './error-details';
import { errorCodeOf, ServiceError } from './errors';

function overTheWire(error: ServiceError): ServiceError {
  const sent = toGrpcError(error);
  return fromGrpcError(Object.assign(new Error('wire'), { ...sent, code: sent.code as status }));
}

test('a rich error survives the wire with all of its details', () => {
  const error = new ServiceError('RESOURCE_EXHAUSTED', 'the queue holds 64 requests, its limit', {
    violations: [{ field: 'settings.proxies[0].id', description: '"gradsine" is not a proxy' }],
    reason: 'QUEUE_FULL',
    metadata: { limit: '64' },
    retryAfterMs: 1500,
  });
  const got = overTheWire(error);
  expect(got).toMatchObject({
    code: error.code,
    message: error.message,
    violations: error.violations,
    reason: error.reason,
    metadata: error.metadata,
    retryAfterMs: 1500,
  });
});

test('an error without details keeps code and message', () => {
  const plain = Object.assign(new Error('14 UNAVAILABLE: no connection'), {
    code: status.UNAVAILABLE,
    details: 'no connection',
    metadata: new Metadata(),
  });
  expect(fromGrpcError(plain)).toMatchObject({ code: 'UNAVAILABLE', message: 'no connection', violations: [] });
});

test('details that cannot be read do not hide the error', () => {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from([0xff, 0xff, 0xff]));
  const broken = Object.assign(new Error('x'), { code: status.NOT_FOUND, details: 'no such search', metadata });
  expect(fromGrpcError(broken)).toMatchObject({ code: 'NOT_FOUND', message: 'no such search' });
});

test('what is not a ServiceError never shows its text', () => {
  const error = ServiceError.from(new Error('password=hunter2 at /etc/secret'));
  expect(error.code).toBe('INTERNAL');
  expect(error.message).not.toContain('hunter2');
  expect((error.cause as Error).message).toContain('hunter2');
});

test('several violations are told at once', () => {
  const error = ServiceError.invalidFields([
    { field: 'seed', description: 'must be an integer' },
    { field: 'space', description: 'a value is required' },
  ]);
  expect(error.message).toBe('seed: must be an integer; space: a value is required');
  expect(overTheWire(error).violations).toHaveLength(2);
});

test('codes have the names and numbers of gRPC', () => {
  for (const [name, number] of Object.entries(status)) {
    if (typeof number === 'number' && name !== 'OK') expect(errorCodeOf(number)).toBe(name);
  }
  expect([0, 17, -1].map(errorCodeOf)).toEqual(['UNKNOWN', 'UNKNOWN', 'UNKNOWN']);
});
