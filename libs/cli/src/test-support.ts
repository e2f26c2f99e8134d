import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const BINARY = join(__dirname, '..', 'bin', 'gradsign.js');

/**
 * The built command line with a state folder of its own: build first (`npm test` does).
 * @param home its GRADSIGN_HOME
 */
export function builtCommand(home: string) {
  const options = { encoding: 'utf8', env: { ...process.env, GRADSIGN_HOME: home } } as const;
  return {
    /** Runs it to its end, whatever that is. */
    run: (...args: string[]) => spawnSync(process.execPath, [BINARY, ...args], options),
    /** The lines that it prints. @throws Error where it fails. */
    json: (...args: string[]) =>
      execFileSync(process.execPath, [BINARY, ...args, '--format', 'json'], options)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}
