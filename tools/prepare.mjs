// What both `npm start` and `npm test` do first on a fresh clone: install and build. Needs only Node and npm.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs a command in the foreground with a title and its time; throws with the command's name when it fails. */
export function step(title, command, args, options = {}) {
  const started = process.hrtime.bigint();
  process.stderr.write(`▸ ${title}\n`);
  const { status, error, signal } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error) throw error;
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) throw new Error(`${title} failed: \`${command} ${args.join(' ')}\` ended with ${signal ?? status}`);
  process.stderr.write(`  ${title}: ${seconds.toFixed(1)} s\n`);
}

/**
 * Installs the locked dependencies unless node_modules is newer than the lock file, then builds. Not `npm ci`: it
 * insists that the registry serves the binaries of every other platform too.
 */
export function prepare() {
  const installed = 'node_modules/.package-lock.json';
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync('package-lock.json').mtimeMs) {
    step('install', npm, ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  step('build', process.execPath, ['node_modules/typescript/bin/tsc', '-b']);
}

/** Runs `main` and turns what it throws into one line and exit code 1. */
export function orderly(main) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
