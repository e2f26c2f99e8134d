import { createHash } from 'node:crypto';
import { BenchmarkOracleServiceService, ScorerServiceService, ServiceError } from '@gradsign/contracts';
import type { OracleApi, ScorerApi } from '@gradsign/contracts';
import { startServer, type HostedService, type RunningServer } from '@gradsign/service-kit';
import { createLogger } from '@gradsign/telemetry';
import { createClients } from './services';
import { downloadModel, uploadBatch, uploadModel } from './transfers';

const MEBIBYTE = 1024 * 1024;
const logger = createLogger({ service: 'test', level: 'silent' });
let server: RunningServer;
let clients: { scorer: ScorerApi; oracle: OracleApi; close(): void };
let scorer: Partial<ScorerApi>;
let oracle: Partial<OracleApi>;

/** Methods that each test replaces. */
const hosted = (definition: HostedService['definition'], api: () => object): HostedService => ({
  definition,
  api: new Proxy({}, { get: (_, name) => (input: never, o: never) => Reflect.get(api(), name)(input, o) }),
});

beforeAll(async () => {
  const services = [hosted(ScorerServiceService, () => scorer), hosted(BenchmarkOracleServiceService, () => oracle)];
  server = await startServer({ port: 0, services, logger });
  clients = createClients({ scorer: server.address, oracle: server.address });
});

afterAll(async () => {
  clients.close();
  await server.shutdown({ graceMs: 1000 });
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const noise = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 2654435761) >>> 24);

test('a batch arrives as its header, then images and labels in little-endian bytes', async () => {
  const parts: Buffer[] = [];
  let header: unknown;
  scorer = {
    async uploadBatch(messages) {
      for await (const { part } of messages) {
        if (part?.$case === 'chunk') parts.push(Buffer.from(part.value));
        else header = part?.value;
      }
      return { digest: sha256(Buffer.concat(parts)) };
    },
  };
  const size = 100;
  const images = Float32Array.from({ length: size * 3 * 32 * 32 }, (_, i) => Math.sin(i));
  const labels = Int32Array.from({ length: size }, (_, i) => i % 10);
  const expected = Buffer.alloc(images.length * 4 + size * 8);
  images.forEach((value, i) => expected.writeFloatLE(value, i * 4));
  labels.forEach((label, i) => expected.writeBigInt64LE(BigInt(label), images.length * 4 + i * 8));
  const batch = { imageShape: [3, 32, 32], classes: 10, size, images, labels } as const;
  await expect(uploadBatch(clients.scorer, batch)).resolves.toBe(sha256(expected));
  expect(header).toEqual({ size, channels: 3, height: 32, width: 32, classes: 10 });
  expect(Math.max(...parts.map(({ length }) => length))).toBe(MEBIBYTE);
});

test('a model goes up and comes down unchanged, in chunks', async () => {
  const stored: Buffer[] = [];
  let announced: unknown;
  scorer = {
    async uploadModel(messages) {
      for await (const { chunk, sizeBytes, sha256: digest } of messages) {
        if (sizeBytes !== undefined) announced = { sizeBytes, digest };
        if (chunk.length > 0) stored.push(Buffer.from(chunk));
      }
      const bytes = Buffer.concat(stored);
      return { digest: sha256(bytes), sizeBytes: BigInt(bytes.length), remarks: ['3 nodes'] };
    },
  };
  oracle = {
    async *downloadModel({ name }) {
      expect(name).toBe('trainings/1');
      for (const chunk of stored) yield { chunk };
    },
  };
  // A view that begins inside of its buffer: its bytes alone are sent.
  const model = noise(2.5 * MEBIBYTE).subarray(7);
  await expect(uploadModel(clients.scorer, model)).resolves.toEqual({
    digest: sha256(model),
    sizeBytes: BigInt(model.length),
    remarks: ['3 nodes'],
  });
  expect(stored.map(({ length }) => length)).toEqual([MEBIBYTE, MEBIBYTE, MEBIBYTE / 2 - 7]);
  expect(announced).toEqual({ sizeBytes: BigInt(model.length), digest: sha256(model) });
  expect(sha256(await downloadModel(clients.oracle, 'trainings/1'))).toBe(sha256(model));
});

/** Counts the chunks taken, and whether the source was closed. */
function source(limit: number) {
  const state = { produced: 0, closed: false };
  async function* messages() {
    try {
      for (; state.produced < limit; state.produced++) yield { chunk: Buffer.alloc(MEBIBYTE / 4) };
    } finally {
      state.closed = true;
    }
  }
  return { state, messages: messages() };
}

test('an upload that the server refuses ends its source, and tells the refusal', async () => {
  scorer = { uploadModel: () => Promise.reject(new ServiceError('RESOURCE_EXHAUSTED', 'the store is full')) };
  const { state, messages } = source(4000);
  await expect(clients.scorer.uploadModel(messages)).rejects.toMatchObject({ message: 'the store is full' });
  expect(state.closed).toBe(true);
  expect(state.produced).toBeLessThan(400);
});

test('a slow server slows an upload down, and a signal ends it', async () => {
  let read = 0;
  scorer = {
    async uploadModel(messages, options) {
      for await (const _ of messages) {
        if (++read === 3) await new Promise((resolve) => options!.signal!.addEventListener('abort', resolve));
      }
      return { digest: '', sizeBytes: 0n, remarks: [] };
    },
  };
  const { state, messages } = source(4000);
  const abort = new AbortController();
  const upload = clients.scorer.uploadModel(messages, { signal: abort.signal });
  setTimeout(() => abort.abort(), 300);
  await expect(upload).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(state.closed).toBe(true);
  // Without back-pressure all 4,000 chunks (1 GB) would have been made.
  expect(state.produced).toBeLessThan(400);
});

test('an error of the source is what the caller gets, and cancels the upload', async () => {
  const aborted = new Promise((resolve) => {
    scorer = {
      async uploadModel(_, options) {
        options!.signal!.addEventListener('abort', resolve);
        await aborted;
        return { digest: '', sizeBytes: 0n, remarks: [] };
      },
    };
  });
  async function* broken() {
    yield { chunk: Buffer.alloc(10) };
    throw new Error('the disk is gone');
  }
  await expect(clients.scorer.uploadModel(broken())).rejects.toThrow('the disk is gone');
  await aborted;
});
