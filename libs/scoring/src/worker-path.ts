import { join } from 'node:path';

/** The built module that the scorer's worker processes run. */
export const SCORER_WORKER = join(__dirname, '..', 'dist', 'worker.js');
