import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const FIXTURE = join(__dirname, '../test-fixtures/service.js');
const children: ChildProcess[] = [];

interface Watched {
  readonly child: ChildProcess;
  /** Resolves with everything that it wrote, when it has exited. */
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

function watched(child: ChildProcess): Watched {
  children.push(child);
  let out = '';
  let err = '';
  child.stdout!.on('data', (chunk) => (out += String(chunk)));
  child.stderr!.on('data', (chunk) => (err += String(chunk)));
  // Node tells no `close` of a child that was disconnected.
  const all = Promise.all([once(child, 'exit'), once(child.stdout!, 'end'), once(child.stderr!, 'end')]);
  return { child, ended: all.then(([[code]]) => ({ code: code as number | null, out, err })) };
}

const alone = (...args: string[]) => watched(spawn(process.execPath, [FIXTURE, ...args], { stdio: 'pipe' }));
const forked = (...args: string[]) => watched(fork(FIXTURE, args, { stdio: 'pipe' }));

afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

test('a service prints its addresses and stops in order on SIGTERM', async () => {
  const { child, ended } = alone('well');
  await once(child.stdout!, 'data');
  child.kill('SIGTERM');
  await expect(ended).resolves.toEqual({
    code: 0,
    out: '{"service":"fixture","grpc":"127.0.0.1:1"}\n',
    err: 'stopped in order\n',
  });
});

test('a forked service tells its parent, and stops when the parent is gone', async () => {
  const { child, ended } = forked('well');
  const [message] = (await once(child, 'message')) as unknown[];
  expect(message).toEqual({ type: 'serving', addresses: { grpc: '127.0.0.1:1' } });
  child.disconnect();
  await expect(ended).resolves.toMatchObject({ code: 0, out: '', err: 'stopped in order\n' });
});

test('a service whose parent is lost during its start does not live on', async () => {
  const { child, ended } = forked('hang-in-start');
  await once(child.stderr!, 'data');
  child.disconnect();
  await expect(ended).resolves.toMatchObject({ code: 1 });
});

test('a stop that hangs ends all the same, with a sentence', async () => {
  const { child, ended } = forked('hang-in-stop');
  await once(child, 'message');
  child.disconnect();
  await expect(ended).resolves.toMatchObject({
    code: 1,
    err: 'DEADLINE_EXCEEDED: fixture: the service did not stop within 200 ms\n',
  });
});

test.each([
  ['bug', /^INTERNAL: fixture: TypeError: no such thing at .*\n$/],
  ['throw-later', /^INTERNAL: fixture: Error: too late to catch at .*\n$/],
])('a fatal error (%s) is one line and exit code 1', async (behaviour, line) => {
  const { code, err } = await alone(behaviour).ended;
  expect(code).toBe(1);
  expect(err).toMatch(line);
});

test('bad settings are one line and exit code 2', async () => {
  await expect(alone('well', '--port', 'http', '--prot=1').ended).resolves.toEqual({
    code: 2,
    out: '',
    err:
      'INVALID_ARGUMENT: fixture: --prot: it is not a flag; known: --port; ' +
      '--port: "http" is refused: a port is a number from 0 to 65535\n',
  });
});

test('help lists the settings', async () => {
  await expect(alone('well', '--help').ended).resolves.toEqual({
    code: 0,
    err: '',
    out: 'fixture: settings by flag or environment\n  --port  FIXTURE_PORT\n      Port to listen on. (default 7)\n',
  });
});
