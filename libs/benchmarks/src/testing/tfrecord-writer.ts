import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { crc32c, masked } from '../import/tfrecord/crc32c';

/** What can be wrong with a record. */
export interface RecordFaults {
  /** Written instead of the length. */
  readonly length?: bigint;
  /** Bits that are flipped in a checksum. */
  readonly lengthChecksum?: number;
  readonly dataChecksum?: number;
}

/** A record of a TFRecord file. */
export function tfRecord(data: Uint8Array, faults: RecordFaults = {}): Buffer {
  const header = Buffer.alloc(12);
  header.writeBigUInt64LE(faults.length ?? BigInt(data.length));
  header.writeUInt32LE((masked(crc32c(header, 0, 8)) ^ (faults.lengthChecksum ?? 0)) >>> 0, 8);
  const footer = Buffer.alloc(4);
  footer.writeUInt32LE((masked(crc32c(data)) ^ (faults.dataChecksum ?? 0)) >>> 0);
  return Buffer.concat([header, data, footer]);
}

/** Values of an evaluation, in the order of the message's fields: epoch, seconds, train, valid, test accuracy. */
export type EvaluationValues = readonly (number | undefined)[];

/** A message `ModelMetrics`, with every field that the published ones may have. */
export function modelMetrics(evaluations: readonly EvaluationValues[], params?: number, totalSeconds?: number): Buffer {
  const writer = new BinaryWriter();
  for (const values of evaluations) {
    writer.tag(1, WireType.LengthDelimited).fork();
    values.forEach((value, i) => {
      if (value !== undefined) writer.tag(i + 1, WireType.Bit64).double(value);
    });
    writer.join();
  }
  if (params !== undefined) writer.tag(2, WireType.Varint).int32(params);
  if (totalSeconds !== undefined) writer.tag(3, WireType.Bit64).double(totalSeconds);
  return Buffer.from(writer.finish());
}

/** A training of a NAS-Bench-101 cell. */
export interface Nb101Training {
  readonly hash: string;
  readonly epochs: number;
  /** The adjacency matrix, row by row. */
  readonly bits: string;
  readonly ops: readonly string[];
  readonly params: number;
  readonly halfway: EvaluationValues;
  readonly final: EvaluationValues;
}

/** The data of its record in `nasbench_full.tfrecord`. */
export function nb101Data({ hash, epochs, bits, ops, params, halfway, final }: Nb101Training): Buffer {
  const start = [0, 0, 0.1, 0.1, 0.1];
  const metrics = modelMetrics([start, halfway, final], params, 1.1 * (final[1] ?? 0));
  return Buffer.from(JSON.stringify([hash, epochs, bits, ops.join(','), metrics.toString('base64')]));
}
