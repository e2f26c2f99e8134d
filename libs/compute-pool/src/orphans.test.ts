/**
 * Pools in processes of their own, which are then killed. They load the build in dist/: run `tsc -b libs/compute-pool`
 * first (as `npm test` does).
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const services: ChildProcess[] = [];
const workers: number[] = [];

/** Starts a process with a pool in a group of its own, as a terminal does. */
async function service(...wanted: string[]): Promise<{ process: ChildProcess; pids: number[] }> {
  const child = fork(join(__dirname, '../test-fixtures/service.js'), wanted, { detached: true, execArgv: [] });
  services.push(child);
  const [pids] = (await once(child, 'message')) as [number[]];
  workers.push(...pids);
  return { process: child, pids };
}

/** The process runs. One that ended stays listed until its new parent has taken note, if that ever does. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

afterAll(() => {
  for (const child of services) child.kill('SIGKILL');
  for (const pid of workers.filter(alive)) process.kill(pid, 'SIGKILL');
});

test.each([['idle'], ['forever']])('workers that are %s end when their parent is killed', async (state) => {
  const { process: parent, pids } = await service(state);
  expect(pids).toHaveLength(2);
  expect(pids.every(alive)).toBe(true);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  while (pids.some(alive)) await sleep(20);
});

test("workers leave a terminal's Ctrl-C to their parent", async () => {
  const { process: parent, pids } = await service('ignore');
  process.kill(-parent.pid!, 'SIGINT');
  parent.send('pid');
  const [pid] = (await once(parent, 'message')) as [number];
  expect(pids).toContain(pid);
  expect(pids.every(alive)).toBe(true);
});
