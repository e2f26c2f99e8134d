import type { ComputePool } from '@gradsign/compute-pool';
import { Engine } from '@gradsign/contracts';
import { EngineStatuses, runProbeTask } from './engine-status';
import { createScorerPool } from './worker-pool';

jest.setTimeout(120_000);

let pool: ComputePool;
beforeAll(() => {
  pool = createScorerPool({ size: 1, queueLimit: 4, environment: {} });
});
afterAll(() => pool.close());

test('each engine is tried out in a worker; what does not work has its reason', async () => {
  const statuses = await new EngineStatuses(pool).all();
  const of = (engine: Engine, device: string) => statuses.find((s) => s.engine === engine && s.device === device);
  expect(of(Engine.ENGINE_ONNXRUNTIME, 'cpu')).toMatchObject({ available: true, reason: '' });
  expect(of(Engine.ENGINE_REFERENCE, 'cpu')).toMatchObject({ available: true, reason: '' });
  for (const { available, reason } of statuses) expect(available).toBe(reason === '');
  for (const device of ['cuda', 'webgpu']) {
    const { reason } = of(Engine.ENGINE_ONNXRUNTIME, device)!;
    if (reason !== '') expect(reason).toMatch(new RegExp(`^ONNX Runtime cannot use the device "${device}" here: .+$`));
  }
});

test('what works is let through, what does not is refused with its reason, and each is tried out once', async () => {
  const statuses = new EngineStatuses(pool);
  const served = () => pool.stats().workers.reduce((sum, worker) => sum + worker.served, 0);
  const before = served();
  for (let i = 0; i < 2; i++) {
    await statuses.require('onnxruntime', 'cpu');
    await statuses.require('reference', 'cpu');
    await expect(statuses.require('tensorflow', 'tpu')).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'ENGINE_UNAVAILABLE',
      message: expect.stringMatching(
        /^settings\.engine: tensorflow on the device tpu does not work here: .*it has cpu and cuda$/,
      ),
    });
  }
  expect(served()).toBe(before + 2);
});

test('an engine that there is none of fails its probe', async () => {
  await expect(runProbeTask({ engine: 'reference', device: 'cuda' })).rejects.toThrow(
    'engine reference on device cuda is not available: the reference engine runs on cpu only',
  );
});

test('a pool that is closed says nothing of an engine', async () => {
  const closed = createScorerPool({ size: 1, queueLimit: 4, environment: {} });
  await closed.close();
  await expect(new EngineStatuses(closed).require('reference', 'cpu')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
