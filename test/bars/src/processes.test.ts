import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpuSecondsOfTree, processTree, residentMb } from './processes';

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('processes', () => {
  test('a tree has the descendants, and their processor time', async () => {
    const busy = 'const end = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < end);';
    const grandchild = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(
      `${busy} console.log('done'); setInterval(() => {}, 1000);`,
    )}], { stdio: 'inherit' }).on('exit', () => {}); process.on('exit', () => {});`;
    const child = spawn(process.execPath, ['-e', grandchild], { detached: true });
    try {
      await once(child.stdout, 'data');
      const tree = processTree(child.pid!);
      expect(tree[0]).toBe(child.pid);
      expect(tree).toHaveLength(2);
      expect(cpuSecondsOfTree(child.pid!)).toBeGreaterThanOrEqual(0.3);
      expect(processTree(process.pid)).toEqual(expect.arrayContaining(tree));
    } finally {
      process.kill(-child.pid!, 'SIGKILL');
      await once(child, 'close');
    }
    expect(processTree(child.pid!)).toEqual([]);
  });

  test('memory is that of the process', () => {
    const rss = process.memoryUsage().rss / 1e6;
    expect(residentMb(process.pid, 'VmRSS') / rss).toBeCloseTo(1, 0);
    expect(residentMb(process.pid, 'VmHWM')).toBeGreaterThanOrEqual(residentMb(process.pid, 'VmRSS') * 0.99);
  });
});
