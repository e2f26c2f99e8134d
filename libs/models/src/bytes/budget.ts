import { MODEL_LIMITS } from '../limits';
import { ModelError } from '../model-error';
import { wireFields, type WireField } from './wire';

/** Bytes of memory that parts of a decoded message take: rounded up generously. */
const MESSAGE = 400;
const SCALAR = 40;
const STRING = 48;
/** For one byte of a list of integers, which may be an element, and of a list of floats, four of which are. */
const INTEGERS = 40;
const FLOATS = 4;
/** For one byte of a message that is not looked into: its smallest part has two. */
const UNSEEN = MESSAGE / 2;

/** What a field of a message holds; a name stands for a message in `messages`. */
type Kind = 'string' | 'bytes' | 'integers' | 'floats' | keyof typeof messages;

/** Fields of onnx.proto that have a length, by number; those that are not here count as messages of unknown content. */
const messages = {
  Model: { 2: 'string', 3: 'string', 4: 'string', 6: 'string', 7: 'Graph', 14: 'Entry' },
  Graph: { 1: 'Node', 2: 'string', 5: 'Tensor', 10: 'string', 11: 'Value', 12: 'Value', 13: 'Value', 16: 'Entry' },
  Node: { 1: 'string', 2: 'string', 3: 'string', 4: 'string', 5: 'Attribute', 6: 'string', 7: 'string', 9: 'Entry' },
  Attribute: { 1: 'string', 4: 'bytes', 5: 'Tensor', 7: 'floats', 8: 'integers', 9: 'bytes', 13: 'string' },
  Tensor: {
    1: 'integers',
    4: 'floats',
    5: 'integers',
    7: 'integers',
    8: 'string',
    9: 'bytes',
    10: 'floats',
    12: 'string',
    13: 'Entry',
    16: 'Entry',
  },
  Value: { 1: 'string', 3: 'string', 4: 'Entry' },
  Entry: { 1: 'string', 2: 'string' },
} as const satisfies Record<string, Record<number, string>>;

interface Totals {
  bytes: number;
  nodes: number;
}

/**
 * Bounds what decoding the file will take, before it is decoded: a byte of a file can become a hundred bytes of memory.
 * @throws ModelError for what is no protobuf message, and over the limits.
 */
export function checkBudget(file: Uint8Array): void {
  const { bytes, decodedBytes, nodes } = MODEL_LIMITS;
  if (file.byteLength > bytes)
    throw new ModelError(`the model has ${file.byteLength} bytes, must have at most ${bytes}`);
  const totals = { bytes: 0, nodes: 0 };
  add(file, 'Model', totals);
  if (totals.nodes > nodes) throw new ModelError(`the model has ${totals.nodes} nodes, must have at most ${nodes}`);
  if (totals.bytes > decodedBytes) {
    throw new ModelError(`the model would take ${totals.bytes} bytes to read, must take at most ${decodedBytes}`);
  }
}

function add(file: Uint8Array, message: keyof typeof messages, totals: Totals): void {
  totals.bytes += MESSAGE;
  if (message === 'Node') totals.nodes += 1;
  const kinds: Readonly<Record<number, Kind | undefined>> = messages[message];
  for (const field of wireFields(file)) {
    // Apart from the sum: a message inside adds to the totals itself.
    const own = cost(field, kinds[field.number], totals);
    totals.bytes += own;
    // What follows is not worth reading.
    if (totals.bytes > MODEL_LIMITS.decodedBytes) return;
  }
}

function cost({ content }: WireField, kind: Kind | undefined, totals: Totals): number {
  if (content === undefined) return SCALAR;
  const size = content.byteLength;
  switch (kind) {
    case 'string':
      return STRING + 2 * size;
    case 'bytes':
      return STRING + size;
    case 'integers':
      return STRING + INTEGERS * size;
    case 'floats':
      return STRING + FLOATS * size;
    case undefined:
      return MESSAGE + UNSEEN * size;
    default:
      add(content, kind, totals);
      return 0;
  }
}
