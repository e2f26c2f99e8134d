import { appendFile, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resources, tracing } from '@opentelemetry/sdk-node';
import { readSpanFile, SpanFileExporter } from './span-file';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spans-'));
  path = join(folder, 'spans.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

/** Finished spans named by number, exported one batch each. */
async function write(exporter: SpanFileExporter, from: number, to: number): Promise<void> {
  const provider = new tracing.BasicTracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': 'scorer', 'service.instance.id': 'a' }),
    spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
  });
  for (let i = from; i < to; i++) provider.getTracer('test').startSpan(String(i)).end();
  await provider.shutdown();
}

async function names(): Promise<string[]> {
  const all = [];
  for await (const span of readSpanFile(path)) all.push(span.name);
  return all;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => String(from + i));

test('the file is rotated once and stays within twice its bound, newest spans kept', async () => {
  await write(new SpanFileExporter({ path, maxBytes: 2_000 }), 0, 100);
  expect((await readdir(folder)).sort()).toEqual(['spans.jsonl', 'spans.jsonl.1']);
  for (const file of await readdir(folder)) expect((await stat(join(folder, file))).size).toBeLessThanOrEqual(2_000);
  const kept = await names();
  expect(kept.length).toBeGreaterThan(5);
  expect(kept).toEqual(range(100 - kept.length, 100));
});

test('a restarted process appends, also after half a line of a killed one', async () => {
  await write(new SpanFileExporter({ path, maxBytes: 1e6 }), 0, 2);
  await appendFile(path, '{"traceId":"12');
  await write(new SpanFileExporter({ path, maxBytes: 1e6 }), 2, 4);
  expect(await names()).toEqual(['0', '1', '2', '3']);
});

test('a path that cannot be written fails the export, not the process', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const exporter = new SpanFileExporter({ path: join(file, 'spans.jsonl'), maxBytes: 1e6 });
  const result = await new Promise<{ code: number; error?: Error }>((resolve) => exporter.export([], resolve));
  expect(result.code).toBe(1);
  expect(result.error).toMatchObject({ code: expect.stringMatching(/^(EEXIST|ENOTDIR)$/) as string });
});

test('reading a file that does not exist is an error', async () => {
  await expect(names()).rejects.toMatchObject({ code: 'ENOENT' });
});
