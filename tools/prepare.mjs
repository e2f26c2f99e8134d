// What both `npm start` and `npm test` do first on a fresh clone: install and build. Needs only Node and npm.
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
export const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/**
 * Runs a command in the foreground with a title and its time. A signal that asks this process to stop is handed on, and
 * the command's end awaited, so that nothing is left behind.
 * @throws Error with the command when it fails.
 */
export async function step(title, command, args, options = {}) {
  const started = performance.now();
  process.stderr.write(`▸ ${title}\n`);
  const child = spawn(command, args, { stdio: 'inherit', ...options });
  const handOn = (signal) => child.kill(signal);
  for (const signal of STOP_SIGNALS) process.on(signal, handOn);
  const end = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  for (const signal of STOP_SIGNALS) process.off(signal, handOn);
  if (end !== 0) throw new Error(`${title} failed: \`${command} ${args.join(' ')}\` ended with ${end}`);
  process.stderr.write(`  ${title}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

/**
 * Installs the locked dependencies unless node_modules is newer than the lock file, then builds. Not `npm ci`: it
 * insists that the registry serves the binaries of every other platform too.
 */
export async function prepare() {
  const installed = 'node_modules/.package-lock.json';
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync('package-lock.json').mtimeMs) {
    await step('install', npm, ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  await step('build', process.execPath, ['node_modules/typescript/bin/tsc', '-b']);
}

/** Runs `main` and turns what it throws into one line and exit code 1. */
export async function orderly(main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
