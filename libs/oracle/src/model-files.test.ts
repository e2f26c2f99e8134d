import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelFiles } from './model-files';

const folder = mkdtempSync(join(tmpdir(), 'model-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(files: ModelFiles, sha256: string, signal?: AbortSignal): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of files.read(sha256, signal)) chunks.push(chunk);
  return chunks;
}

test('a file comes back in parts of at most 256 KiB; an equal one is the same file', async () => {
  const files = await ModelFiles.open(folder);
  const model = Uint8Array.from({ length: 700_000 }, (_, i) => (i * 7919) >> 3);
  const sha256 = await files.keep(model);
  expect(sha256).toBe(createHash('sha256').update(model).digest('hex'));
  expect(await files.keep(model)).toBe(sha256);
  expect(readdirSync(folder)).toEqual([`${sha256}.onnx`]);
  const chunks = await read(files, sha256);
  expect(chunks.map(({ length }) => length)).toEqual([262_144, 262_144, 175_712]);
  expect(Buffer.concat(chunks).equals(model)).toBe(true);
});

test('what a dead process has left unfinished goes; a file that is gone is told', async () => {
  writeFileSync(join(folder, '.unfinished'), 'half');
  const files = await ModelFiles.open(folder);
  expect(readdirSync(folder)).not.toContain('.unfinished');
  await expect(read(files, '0'.repeat(64))).rejects.toMatchObject({ code: 'DATA_LOSS', reason: 'MODEL_MISSING' });
});

test('an abort ends a download', async () => {
  const files = await ModelFiles.open(folder);
  const sha256 = await files.keep(new Uint8Array(700_000));
  const abort = new AbortController();
  const chunks = files.read(sha256, abort.signal);
  await chunks.next();
  abort.abort();
  await expect(chunks.next()).rejects.toThrow('aborted');
});
