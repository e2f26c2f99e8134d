import { serialize } from 'node:v8';
import { UnknownBlobError } from './errors';

/** Serialised values by digest: the pool's side of what workers share. The least recently used go first. */
export class BlobStore {
  readonly #blobs = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(readonly limit: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps a copy of the value; does nothing but renew it where the digest is known. */
  put(digest: string, value: unknown): void {
    const known = this.#blobs.get(digest);
    const bytes = known ?? serialize(value);
    this.#blobs.delete(digest);
    this.#blobs.set(digest, bytes);
    if (!known) this.#bytes += bytes.byteLength;
    for (const [oldest, content] of this.#blobs) {
      if (this.#bytes <= this.limit || oldest === digest) break;
      this.#blobs.delete(oldest);
      this.#bytes -= content.byteLength;
    }
  }

  /** @throws UnknownBlobError */
  get(digest: string): Uint8Array {
    const bytes = this.#blobs.get(digest);
    if (!bytes) throw new UnknownBlobError(digest);
    this.#blobs.delete(digest);
    this.#blobs.set(digest, bytes);
    return bytes;
  }
}

/** What one worker holds, mirrored by the pool, which alone decides what the worker drops. */
export class WorkerBlobs {
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  constructor(readonly limit: number) {}

  /** Bytes of these blobs that the worker holds already. */
  held(digests: Iterable<string>): number {
    let bytes = 0;
    for (const digest of digests) bytes += this.#sizes.get(digest) ?? 0;
    return bytes;
  }

  /**
   * Plans a task's blobs: what to send, and what the worker must drop, least recently used first, to stay within the
   * limit. Blobs of the task itself are held even where they alone exceed it.
   */
  plan(blobs: ReadonlyMap<string, Uint8Array>): { put: { digest: string; bytes: Uint8Array }[]; drop: string[] } {
    const put = [];
    for (const [digest, bytes] of blobs) {
      if (!this.#sizes.delete(digest)) {
        put.push({ digest, bytes });
        this.#bytes += bytes.byteLength;
      }
      this.#sizes.set(digest, bytes.byteLength);
    }
    const drop = [];
    for (const [digest, size] of this.#sizes) {
      if (this.#bytes <= this.limit || blobs.has(digest)) break;
      this.#sizes.delete(digest);
      this.#bytes -= size;
      drop.push(digest);
    }
    return { put, drop };
  }
}
