import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Skipped } from './bar';
import { jsonLines } from './command';
import { exportBatch, exportNetworks } from './exported';
import { interopScript, python } from './paths';
import { BATCH_SIZE } from './score-request';

/** What the loop over single samples cost for one architecture. */
export interface LoopTime {
  readonly architecture: string;
  readonly value: number;
  readonly cpuSeconds: number;
  /** The library that PyTorch's matrix products came from. */
  readonly blas: string;
}

/** Debian's PyTorch comes with the plain BLAS; where OpenBLAS is installed beside it, it takes that. */
export type Blas = 'plain' | 'openblas';

/** Processes that loop at once: as many as the scorer has workers, so that both share the machine's cores alike. */
const PROCESSES = 2;

/** Runs test/interop/gradsign_loop.py, on one thread, on the batch that the bars score with, once for each BLAS. */
export async function loopTimes(folder: string, architectures: readonly string[]): Promise<Record<Blas, LoopTime[]>> {
  const interpreter = python();
  mkdirSync(folder);
  const batch = exportBatch(folder, BATCH_SIZE);
  const models = await exportNetworks(folder, architectures, { space: 'nas-bench-201' });
  const script = interopScript('gradsign_loop.py');
  const run = async (env: Readonly<Record<string, string>>) => {
    const parts = Array.from({ length: PROCESSES }, (_, part) => models.filter((_, i) => i % PROCESSES === part));
    const rows = await Promise.all(parts.map((part) => jsonLines(interpreter, [script, ...part, ...batch], { env })));
    return models.map((_, i): LoopTime => {
      const row = rows[i % PROCESSES][Math.floor(i / PROCESSES)];
      const { gradsign: value, cpuSeconds, blas } = row as Record<string, number> & { blas: string };
      return { architecture: architectures[i], value, cpuSeconds, blas };
    });
  };
  return { plain: await run({ LD_LIBRARY_PATH: plainBlasFolder() }), openblas: await run({}) };
}

/** Folder of Debian's package libblas3, which the dynamic linker takes only where it is told to. */
function plainBlasFolder(): string {
  const folders = readdirSync('/usr/lib').map((triplet) => join('/usr/lib', triplet, 'blas'));
  const found = folders.find((folder) => existsSync(join(folder, 'libblas.so.3')));
  if (found === undefined) throw new Skipped('libblas3 is not installed; run `bash test/interop/setup` first');
  return found;
}
