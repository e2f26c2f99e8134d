import { ArchitectureSyntaxError } from '../errors';
import { EDGES_PER_NODE, INPUTS, nodeOf, type Cell, type Edge, type NdsArchitecture } from './architecture';
import type { DesignSpace } from './design-space';
import { parseJson, type JsonMember, type JsonNode } from './json';

const GENOTYPE = ['normal', 'normal_concat', 'reduce', 'reduce_concat'];
const SIZES = ['width', 'depth'];
/** How the record's network was trained, not what it is: read over. */
const TRAINING = ['aux', 'drop_prob'];
/** Far beyond the published 32 and 20; they bound what a network of untrusted text can take. */
const LARGEST = { width: 512, depth: 100 };

/**
 * The `net` of an NDS record: `{"genotype":{"normal":[["sep_conv_3x3",0],…],"normal_concat":[2,…],"reduce":…,
 * "reduce_concat":…},"width":16,"depth":20}`; two edges [operation, source] for each node, nodes in order.
 */
export function formatNds({ normal, reduce, width, depth }: NdsArchitecture): string {
  const edges = (cell: Cell) => cell.edges.map(({ operation, source }) => [operation, source]);
  const genotype = {
    normal: edges(normal),
    normal_concat: normal.concat,
    reduce: edges(reduce),
    reduce_concat: reduce.concat,
  };
  return JSON.stringify({ genotype, width, depth });
}

/**
 * Reads what `formatNds` writes, in any order and with any white space; the members of `genotype` may stand beside
 * width and depth. `aux` and `drop_prob` of a record are read over: they belong to its training.
 * @throws ArchitectureSyntaxError at the value that breaks a rule
 */
export function parseNds(space: DesignSpace, text: string): NdsArchitecture {
  return new NdsReader(space, text).architecture();
}

class NdsReader {
  constructor(
    private readonly space: DesignSpace,
    private readonly text: string,
  ) {}

  architecture(): NdsArchitecture {
    const net = this.members(parseJson(this.text, this.fail), 'the architecture');
    const nested = net.get('genotype');
    const genotype = nested ? this.members(nested.value, 'genotype') : net;
    this.known(net, [...(nested ? ['genotype'] : GENOTYPE), ...SIZES, ...TRAINING]);
    if (nested) this.known(genotype, GENOTYPE);
    return {
      normal: this.cell(genotype, 'normal'),
      reduce: this.cell(genotype, 'reduce'),
      width: this.size(net, 'width'),
      depth: this.size(net, 'depth'),
    };
  }

  private readonly fail = (position: number, rule: string): never => {
    throw new ArchitectureSyntaxError(this.space.name, this.text, position, rule);
  };

  private cell(genotype: ReadonlyMap<string, JsonMember>, name: 'normal' | 'reduce'): Cell {
    const count = EDGES_PER_NODE * this.space.nodes;
    const edges = this.member(genotype, name);
    const rule = `a list of ${count} pairs [operation, source], ${EDGES_PER_NODE} for each of ${this.space.nodes} nodes`;
    if (edges.kind !== 'array' || edges.items.length !== count) {
      return this.fail(edges.position, `expected ${name} to be ${rule}`);
    }
    return {
      edges: edges.items.map((item, i) => this.edge(item, `${name}[${i}]`, nodeOf(i))),
      concat: this.concat(this.member(genotype, `${name}_concat`), `${name}_concat`),
    };
  }

  private edge(node: JsonNode, name: string, target: number): Edge {
    if (node.kind !== 'array' || node.items.length !== 2) {
      return this.fail(node.position, `expected ${name} to be a pair [operation, source]`);
    }
    const [operation, source] = node.items;
    const { operations } = this.space;
    const found = operations.find((known) => operation.kind === 'scalar' && known === operation.value);
    return {
      operation:
        found ?? this.fail(operation.position, `expected the operation of ${name}, one of ${operations.join(', ')}`),
      source: this.integer(source, [0, target - 1], `the source of ${name}, an edge of node ${target},`),
    };
  }

  private concat(list: JsonNode, name: string): number[] {
    const last = INPUTS + this.space.nodes - 1;
    if (list.kind !== 'array' || list.items.length === 0) {
      return this.fail(list.position, `expected ${name} to be a list of one or more nodes`);
    }
    const nodes: number[] = [];
    list.items.forEach((item, i) => {
      const node = this.integer(item, [INPUTS, last], `${name}[${i}], a node,`);
      if (nodes.includes(node)) this.fail(item.position, `expected ${name} to name each node once`);
      nodes.push(node);
    });
    return nodes;
  }

  private size(net: ReadonlyMap<string, JsonMember>, name: 'width' | 'depth'): number {
    return this.integer(this.member(net, name), [1, LARGEST[name]], name);
  }

  private integer(node: JsonNode, [least, most]: readonly [number, number], what: string): number {
    const value = node.kind === 'scalar' ? node.value : undefined;
    return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : this.fail(node.position, `expected ${what} to be an integer in ${least}…${most}`);
  }

  private members(node: JsonNode, what: string): ReadonlyMap<string, JsonMember> {
    return node.kind === 'object' ? node.members : this.fail(node.position, `expected ${what} as a JSON object`);
  }

  private member(members: ReadonlyMap<string, JsonMember>, name: string): JsonNode {
    return members.get(name)?.value ?? this.fail(this.text.length, `expected a member ${JSON.stringify(name)}`);
  }

  private known(members: ReadonlyMap<string, JsonMember>, names: readonly string[]): void {
    for (const [name, { position }] of members) {
      if (!names.includes(name)) this.fail(position, `expected only the members ${names.join(', ')}`);
    }
  }
}
