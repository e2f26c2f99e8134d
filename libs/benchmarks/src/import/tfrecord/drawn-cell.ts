import { ArchitectureSyntaxError, nasBench101 } from '@gradsign/search-spaces';

/** A cell of NAS-Bench-101 as a record writes it. */
export interface DrawnCell {
  /** In the space's notation. */
  readonly text: string;
  /** Differs between cells that are not written alike. */
  readonly key: number;
}

const MAX_VERTICES = 7;
const MAX_EDGES = 9;
const OPERATIONS = ['conv3x3-bn-relu', 'conv1x1-bn-relu', 'maxpool3x3'];

/**
 * Reads a cell.
 * @param bits the adjacency matrix, row by row, as `0` and `1`
 * @param ops the operations of the vertices, joined by commas
 * @returns the cell, or the rule that it breaks
 */
export function drawCell(bits: string, ops: string): DrawnCell | { readonly rule: string } {
  const vertices = Math.sqrt(bits.length);
  if (!Number.isInteger(vertices) || vertices < 2 || vertices > MAX_VERTICES || !/^[01]+$/.test(bits)) {
    return { rule: `the adjacency matrix must be 4, 9, … or ${MAX_VERTICES ** 2} zeros and ones` };
  }
  const words = ops.split(',');
  const text = notation(bits, vertices, words);
  if (!isPlain(bits, vertices, words)) {
    try {
      nasBench101.parse(text);
    } catch (error) {
      if (error instanceof ArchitectureSyntaxError) return { rule: error.message };
      throw error;
    }
  }
  return { text, key: keyOf(bits, vertices, words) };
}

function notation(bits: string, vertices: number, words: readonly string[]): string {
  let matrix = '';
  for (let row = 0; row < vertices; row++) {
    matrix += row === 0 ? '[' : ',[';
    for (let i = row * vertices; i < (row + 1) * vertices; i++) {
      matrix += i === row * vertices ? bits[i] : `,${bits[i]}`;
    }
    matrix += ']';
  }
  return `{"matrix":[${matrix}],"ops":${JSON.stringify(words)}}`;
}

/**
 * Whether the cell is surely one of the space. The whole check takes longer than everything else that a record needs,
 * and the published cells all are: each of their vertices has an edge to it and one from it, but for the ends.
 */
function isPlain(bits: string, vertices: number, words: readonly string[]): boolean {
  if (words.length !== vertices || words[0] !== 'input' || words[vertices - 1] !== 'output') return false;
  let [edges, sources, targets] = [0, 0, 0];
  for (let i = 0; i < bits.length; i++) {
    if (bits[i] === '1') {
      const [source, target] = [Math.floor(i / vertices), i % vertices];
      if (target <= source) return false;
      edges++;
      sources |= 1 << source;
      targets |= 1 << target;
    }
  }
  const interior = words.slice(1, -1);
  const connected = sources === (1 << (vertices - 1)) - 1 && targets === (1 << vertices) - 2;
  return connected && edges <= MAX_EDGES && interior.every((word) => OPERATIONS.includes(word));
}

/** At most 2²¹ upper triangles, 3⁵ operations and 8 sizes, so below 2³². */
function keyOf(bits: string, vertices: number, words: readonly string[]): number {
  let key = 0;
  for (let source = 0; source < vertices; source++) {
    for (let target = source + 1; target < vertices; target++) {
      key = 2 * key + Number(bits[source * vertices + target] === '1');
    }
  }
  for (const word of words.slice(1, -1)) {
    key = 3 * key + OPERATIONS.indexOf(word);
  }
  return 8 * key + vertices;
}
