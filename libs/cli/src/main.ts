import { CommanderError } from 'commander';
import { describeError, isUsageError } from './errors';
import { createProgram } from './program';

/** Runs the command line; the exit code is 0, 2 for a bad invocation, 1 for any other failure. */
async function main(): Promise<number> {
  try {
    await createProgram().parseAsync();
    return 0;
  } catch (error) {
    // Commander has written its own message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${describeError(error)}\n`);
    return isUsageError(error) ? 2 : 1;
  }
}

void main().then((code) => (process.exitCode = code));
