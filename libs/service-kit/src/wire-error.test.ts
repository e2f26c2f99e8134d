import { fromGrpcError, ServiceError } from '@gradsign/contracts';
import { toWireError } from './wire-error';

/** What a client makes of it, and the size of the trailers on the way. */
function sent(error: ServiceError) {
  const wire = toWireError(error);
  const details = wire.metadata.get('grpc-status-details-bin')[0] as Buffer;
  const trailerBytes = encodeURI(wire.details).length + Math.ceil(details.length / 3) * 4;
  return { received: fromGrpcError(Object.assign(new Error(), wire)), trailerBytes };
}

test('an error that fits is sent as it is', () => {
  const options = {
    violations: [{ field: 'seed', description: 'must be an integer' }],
    reason: 'QUEUE_FULL',
    metadata: { limit: '64' },
    retryAfterMs: 250,
  };
  expect(sent(new ServiceError('RESOURCE_EXHAUSTED', 'full', options)).received).toMatchObject({
    code: 'RESOURCE_EXHAUSTED',
    message: 'full',
    ...options,
  });
});

test('a hundred thousand violations keep within the trailers: the first are told', () => {
  const violations = Array.from({ length: 1e5 }, (_, i) => ({ field: `architectures[${i}]`, description: 'is empty' }));
  const { received, trailerBytes } = sent(ServiceError.invalidFields(violations));
  expect(received.code).toBe('INVALID_ARGUMENT');
  expect(received.violations.length).toBeGreaterThan(50);
  expect(received.violations).toEqual(violations.slice(0, received.violations.length));
  expect(trailerBytes).toBeLessThan(8192);
});

test('one long violation is shortened, not dropped', () => {
  const { received, trailerBytes } = sent(ServiceError.invalid('architecture', `"${'|'.repeat(1e6)}" is no cell`));
  expect(received.violations).toEqual([
    { field: 'architecture', description: expect.stringMatching(/^"\|+…$/) as string },
  ]);
  expect(trailerBytes).toBeLessThan(8192);
});

test('half a character, cut out of a request, does not keep the error from being sent', () => {
  const { received } = sent(ServiceError.invalid('architecture', `"${'🜁'.slice(0, 1)}" is no cell`));
  expect(received.message).toBe('architecture: "\ufffd" is no cell');
});
