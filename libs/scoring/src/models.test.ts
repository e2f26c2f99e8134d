import { createHash } from 'node:crypto';
import {
  Augmentation,
  Engine,
  parseDataset,
  ServiceError,
  type ScoreData,
  type UploadBatchRequest,
  type UploadModelRequest,
} from '@gradsign/contracts';
import { float32, encodeModel, GraphBuilder, sizeOf, type Graph, type Tensor } from '@gradsign/onnx';
import { DataSources } from '@gradsign/requests';
import { createScorerPool, ScoringService } from '.';

// The pool's processes run the build: build first (`npm test` does).
const pool = createScorerPool({ size: 1, queueLimit: 8, environment: { PATH: process.env.PATH ?? '' } });
const service = new ScoringService({ pool, sources: new DataSources(), version: 'test' });
afterAll(() => pool.close());

const ones = (size: number) => float32(new Array<number>(size).fill(1));

function weights(shape: readonly number[]): Tensor<'float32'> {
  return float32(
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i + 1) / 4),
    shape,
  );
}

/** A classifier of MNIST images; `pixels`: rows and columns that its normalisation sees. */
function classifier({ normalized, pixels = 8 }: { normalized: boolean; pixels?: number }): Graph {
  const b = new GraphBuilder('classifier');
  const x = b.input('x', 'float32', ['batch', 1, 32, 32]);
  const kernel = 32 / pixels;
  const w = b.initializer('conv.weight', weights([4, 1, kernel, kernel]));
  const y = b.node('Conv', [x, w], { strides: [kernel, kernel] }, 'conv');
  const statistics = ['scale', 'shift', 'mean', 'var'].map((name) => b.initializer(`bn.${name}`, ones(4)));
  const z = b.node('Relu', [normalized ? b.node('BatchNormalization', [y, ...statistics], {}, 'bn') : y]);
  const pooled = b.node('Flatten', [b.node('GlobalAveragePool', [z])]);
  b.output(b.node('Gemm', [pooled, b.initializer('fc.weight', weights([10, 4]))], { transB: 1 }, 'fc'), 'logits');
  return b.build();
}

const fileOf = (graph: Graph) => Buffer.from(encodeModel(graph, { producer: 'test' }));
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function* messages(bytes: Buffer, header: Partial<UploadModelRequest> = {}): AsyncGenerator<UploadModelRequest> {
  yield { chunk: bytes.subarray(0, 100), sizeBytes: BigInt(bytes.length), sha256: sha256Of(bytes), ...header };
  yield { chunk: bytes.subarray(100) };
}

const upload = async (bytes: Buffer) => (await service.uploadModel(messages(bytes))).digest;

interface Given {
  readonly reinitialize?: boolean;
  readonly initializations?: number;
  readonly seed?: bigint;
  readonly dataset?: string;
  readonly data?: ScoreData;
  readonly batchSize?: number;
}

/** Scores of a model, by proxy. */
async function score(digest: string, ids: readonly string[], given: Given = {}) {
  const { reinitialize = false, initializations, seed = 1n, dataset = 'noise:mnist', batchSize } = given;
  const source = { $case: 'dataset', value: parseDataset(dataset, 'dataset') } as const;
  const settings = {
    proxies: ids.map((id) => ({ id, batchSize, initializations })),
    data: given.data ?? { source, augmentation: Augmentation.AUGMENTATION_NONE },
    network: undefined,
    seed,
    engine: Engine.ENGINE_REFERENCE,
    device: 'cpu',
    recompute: false,
  };
  const subject = { $case: 'model', value: { digest, reinitialize } } as const;
  const { scores } = await service.scoreArchitecture({ subject, settings });
  return new Map(scores.map((each) => [each.proxy, each]));
}

describe('an upload', () => {
  const bytes = fileOf(classifier({ normalized: true }));

  it('is known by its digest, with what was found', async () => {
    const response = await service.uploadModel(messages(bytes));
    expect(response).toMatchObject({ digest: sha256Of(bytes), sizeBytes: BigInt(bytes.length) });
    expect(response.remarks.join()).toContain('1 BatchNormalization nodes');
  });

  it.each<[string, Partial<UploadModelRequest>, string, RegExp]>([
    ['without a size', { sizeBytes: undefined }, 'size_bytes', /the first message must have the size/],
    ['of no bytes', { sizeBytes: 0n }, 'size_bytes', /0 is outside the range 1 to/],
    ['too large', { sizeBytes: 2n ** 40n }, 'size_bytes', /1099511627776 is outside the range/],
    ['without a digest', { sha256: undefined }, 'sha256', /"" is not a lower-case hex SHA-256/],
    ['with another digest', { sha256: '0'.repeat(64) }, 'sha256', /the bytes that came have [0-9a-f]{64}/],
    ['cut off', { sizeBytes: BigInt(bytes.length + 1) }, 'chunk', /\d+ bytes came; the first message announces/],
    ['with more than it says', { sizeBytes: 99n }, 'chunk', /more than the 99 bytes/],
  ])('%s is refused', async (_, header, field, message) => {
    const refused = service.uploadModel(messages(bytes, header));
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', violations: [{ field }] });
    await expect(service.uploadModel(messages(bytes, header))).rejects.toThrow(message);
  });

  it('whose sender goes away is not kept, and its room is given back', async () => {
    const own = fileOf(classifier({ normalized: false, pixels: 4 }));
    async function* broken() {
      yield { chunk: own.subarray(0, 50), sizeBytes: 200n * 1024n * 1024n, sha256: sha256Of(own) };
      throw new ServiceError('CANCELLED', 'the caller has gone');
    }
    for (let i = 0; i < 5; i += 1) {
      await expect(service.uploadModel(broken())).rejects.toMatchObject({ code: 'CANCELLED' });
    }
    await expect(score(sha256Of(own), ['params'])).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'MODEL_NOT_FOUND',
    });
  });

  it('that is no model is refused with the reason', async () => {
    for (const [file, message] of [
      [Buffer.from('this is not a model'.repeat(10)), /not an ONNX model/],
      [bytes.subarray(0, -20), /the file is incomplete/],
    ] as const) {
      const refused = service.uploadModel(messages(Buffer.from(file)));
      await expect(refused).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', violations: [{ field: 'chunk' }] });
      await expect(service.uploadModel(messages(Buffer.from(file)))).rejects.toThrow(message);
    }
  });

  it('more than may be on their way at once have to wait', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const announced = { chunk: Buffer.alloc(1), sizeBytes: 250n * 1024n * 1024n, sha256: '0'.repeat(64) };
    async function* slow() {
      yield announced;
      await held;
    }
    const waiting = [slow(), slow()].map((parts) => service.uploadModel(parts).catch((error: unknown) => error));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(service.uploadModel(slow())).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'UPLOADS_FULL',
    });
    release();
    expect(await Promise.all(waiting)).toEqual([expect.any(ServiceError), expect.any(ServiceError)]);
  });
});

describe('a model', () => {
  const normalized = () => upload(fileOf(classifier({ normalized: true })));

  it('keeps its weights whatever the seed, and its identity is its digest', async () => {
    const digest = await normalized();
    const first = (await score(digest, ['gradsign', 'snip', 'params'])).get('snip')!;
    expect(first).toMatchObject({ space: 0, architecture: `model:${digest}`, source: 1, normalization: 'batch' });
    expect((await score(digest, ['snip'])).get('snip')).toMatchObject({ value: first.value, source: 2 });
    expect((await score(digest, ['params'])).get('params')!.value).toBe(4 * 16 + 8 + 40);
  });

  it('draws new weights by the seed on request', async () => {
    const digest = await normalized();
    const value = async (seed: bigint, initializations?: number) =>
      (await score(digest, ['l2_norm'], { reinitialize: true, seed, initializations })).get('l2_norm')!.value;
    expect(await value(1n)).not.toBe(await value(2n));
    expect(await value(1n)).toBe(await value(1n));
    const kept = score(digest, ['snip'], { initializations: 3 });
    await expect(kept).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field: 'settings.proxies[0].initializations' }],
    });
    expect(Number.isFinite(await value(1n, 3))).toBe(true);
  });

  it('without normalisation is scored as it is, and says so', async () => {
    const scores = await score(await upload(fileOf(classifier({ normalized: false }))), ['gradsign', 'snip'], {
      batchSize: 4,
    });
    expect([...scores.values()].map(({ normalization }) => normalization)).toEqual(['none', 'none']);
  });

  it('that normalises a single value of an image is refused by node where images are normalised one by one', async () => {
    const digest = await upload(fileOf(classifier({ normalized: true, pixels: 1 })));
    const refused = score(digest, ['gradsign'], { batchSize: 4 });
    await expect(refused).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringContaining('"bn"') as string,
    });
    expect((await score(digest, ['snip'], { batchSize: 4 })).size).toBe(1);
  });

  it.each([['other images', 'noise:cifar10', /takes images \[1,32,32\], the data set has \[3,32,32\]/]])(
    'for %s than the data set has is refused',
    async (_, dataset, message) => {
      const refused = score(await normalized(), ['snip'], { dataset, batchSize: 4 });
      await expect(refused).rejects.toMatchObject({
        code: 'FAILED_PRECONDITION',
        message: expect.stringMatching(message) as string,
      });
    },
  );

  it.each([NaN, Infinity, -Infinity])('is not scored on images with %d', async (bad) => {
    const images = new Float32Array(2 * 32 * 32).fill(0.5);
    images[30] = bad;
    const header = { size: 2, channels: 1, height: 32, width: 32, classes: 10 };
    async function* batch(): AsyncGenerator<UploadBatchRequest> {
      yield { part: { $case: 'header', value: header } };
      yield { part: { $case: 'chunk', value: Buffer.from(images.buffer) } };
      yield { part: { $case: 'chunk', value: Buffer.from(BigInt64Array.of(0n, 1n).buffer) } };
    }
    await expect(service.uploadBatch(batch())).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/images\[30\].*every value is finite/) as string,
    });
  });
});
