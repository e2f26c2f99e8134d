import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** Values at one moment of a training; NaN where the message does not have one. */
export interface EvaluationData {
  readonly epoch: number;
  /** Seconds of training up to here, without evaluation. */
  readonly trainSeconds: number;
  /** Fractions. */
  readonly trainAccuracy: number;
  readonly validAccuracy: number;
  readonly testAccuracy: number;
}

/** What NAS-Bench-101 says of one training: its message `ModelMetrics`. */
export interface ModelMetrics {
  /** Before the training, at its half, and at its end. */
  readonly evaluations: readonly EvaluationData[];
  /** Number of weights; NaN where the message does not have it. */
  readonly params: number;
}

/** A field and how it is encoded, as one number. */
const tag = (field: number, type: WireType) => field * 8 + type;

const MODEL = { evaluation: tag(1, WireType.LengthDelimited), params: tag(2, WireType.Varint) } as const;
const EVALUATION = {
  epoch: tag(1, WireType.Bit64),
  trainSeconds: tag(2, WireType.Bit64),
  trainAccuracy: tag(3, WireType.Bit64),
  validAccuracy: tag(4, WireType.Bit64),
  testAccuracy: tag(5, WireType.Bit64),
} as const;

/**
 * Decodes `nasbench/lib/model_metrics.proto`. Fields that are not needed are read over.
 * @throws Error where the bytes are not such a message
 */
export function decodeModelMetrics(bytes: Uint8Array): ModelMetrics {
  const reader = new BinaryReader(bytes);
  const evaluations: EvaluationData[] = [];
  let params = NaN;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    switch (tag(field, type)) {
      case MODEL.evaluation:
        evaluations.push(decodeEvaluation(reader, reader.uint32()));
        break;
      case MODEL.params:
        params = reader.int32();
        break;
      default:
        reader.skip(type, field);
    }
  }
  return { evaluations, params };
}

function decodeEvaluation(reader: BinaryReader, length: number): EvaluationData {
  const end = reader.pos + length;
  const data = { epoch: NaN, trainSeconds: NaN, trainAccuracy: NaN, validAccuracy: NaN, testAccuracy: NaN };
  while (reader.pos < end) {
    const [field, type] = reader.tag();
    switch (tag(field, type)) {
      case EVALUATION.epoch:
        data.epoch = reader.double();
        break;
      case EVALUATION.trainSeconds:
        data.trainSeconds = reader.double();
        break;
      case EVALUATION.trainAccuracy:
        data.trainAccuracy = reader.double();
        break;
      case EVALUATION.validAccuracy:
        data.validAccuracy = reader.double();
        break;
      case EVALUATION.testAccuracy:
        data.testAccuracy = reader.double();
        break;
      default:
        reader.skip(type, field);
    }
  }
  if (reader.pos !== end) {
    throw new RangeError('a field reaches beyond the end of its message');
  }
  return data;
}
