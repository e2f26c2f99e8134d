import { Engine } from '@gradsign/contracts';
import { describeEngines, runProbeTask } from './engine-status';
import { createScorerPool } from './worker-pool';

test('each engine is tried out in a worker; what does not work has its reason', async () => {
  const pool = createScorerPool({ size: 1, queueLimit: 4, environment: {} });
  try {
    const statuses = await describeEngines(pool);
    const of = (engine: Engine, device: string) => statuses.find((s) => s.engine === engine && s.device === device);
    expect(of(Engine.ENGINE_ONNXRUNTIME, 'cpu')).toMatchObject({ available: true, reason: '' });
    expect(of(Engine.ENGINE_REFERENCE, 'cpu')).toMatchObject({ available: true, reason: '' });
    for (const { available, reason } of statuses) expect(available).toBe(reason === '');
  } finally {
    await pool.close();
  }
}, 120_000);

test('an engine that there is none of fails its probe', async () => {
  await expect(runProbeTask({ engine: 'reference', device: 'cuda' })).rejects.toThrow(
    'engine reference on device cuda is not available: the reference engine runs on cpu only',
  );
});
