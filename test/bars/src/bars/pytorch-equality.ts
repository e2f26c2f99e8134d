import { atMost, type Bar } from '../bar';
import { jsonLines } from '../command';
import { interopScript, python } from '../paths';
import { scaled } from '../statistics';

const TOLERANCE = 1e-3;

/** The comparison itself is test/interop/equality.py. */
export const pytorchEquality: Bar = {
  name: 'pytorch-equality',
  description:
    'gradsign, snip and grad_norm of random NAS-Bench-201 networks equal those of a PyTorch loop within 1e-3 relative',
  async run({ scale }) {
    const script = interopScript('equality.py');
    const rows = await jsonLines(python(), [script, '--architectures', String(scaled(10, scale)), '--seed', '11']);
    const proxies = [...new Set(rows.map(({ proxy }) => proxy as string))];
    const worst = (proxy: string) =>
      Math.max(...rows.filter((row) => row.proxy === proxy).map(({ relative }) => relative as number));
    return {
      checks: proxies.map((proxy) => atMost(`largest relative difference, ${proxy}`, worst(proxy), TOLERANCE)),
      figures: { rows },
    };
  },
};
