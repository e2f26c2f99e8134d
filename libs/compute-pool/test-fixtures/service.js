// A process with a pool: prints the ids of its worker processes when they are ready, and then never ends by itself.
// With "forever" each worker gets a task that blocks it for good; with "ignore" Ctrl-C does not end the process.
const { join } = require('node:path');
const { createComputePool } = require('../dist');

const wanted = process.argv.slice(2);
const pool = createComputePool({
  workerModule: join(__dirname, 'tasks.js'),
  size: 2,
  queueLimit: 0,
  onEvent: () => {
    const { workers, spares } = pool.stats();
    if (!workers.every((worker) => worker.ready) || spares === 0) return;
    if (wanted.includes('forever')) for (const _ of workers) pool.run({ kind: 'forever' }).catch(() => {});
    process.send?.(workers.map((worker) => worker.pid));
  },
});
process.on('message', async (kind) => process.send((await pool.run({ kind })).result));
if (wanted.includes('ignore')) process.on('SIGINT', () => {});
