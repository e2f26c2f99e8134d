import { ArchitectureSyntaxError } from '../errors';
import { BLOCK_TYPES, NAME, type BlockType, type ZenArchitecture, type ZenBlock } from './architecture';

/** Bounds of what a network of untrusted text can take; published networks have at most 9 blocks of 5 layers. */
export const MOST_BLOCKS = 32;
const MOST_LAYERS = 16;
const MOST_CHANNELS = 8192;

/**
 * ZenNAS's plain-net strings, block after block: `SuperConvK3BNRELU(in,out,stride,layers)` and, of the other
 * families, `SuperResK3K3(in,out,stride,bottleneck,layers)`.
 */
export function formatZen({ inputChannels, blocks }: ZenArchitecture): string {
  let input = inputChannels;
  return blocks
    .map(({ type, channels, stride, bottleneck, layers }) => {
      const inner = bottleneck === undefined ? '' : `${bottleneck},`;
      const text = `${type}(${input},${channels},${stride},${inner}${layers})`;
      input = channels;
      return text;
    })
    .join('');
}

/** @throws ArchitectureSyntaxError at the first character that does not fit. */
export function parseZen(text: string): ZenArchitecture {
  const reader = new BlockReader(text);
  const blocks: ZenBlock[] = [];
  const inputs: number[] = [];
  do {
    const { input, block } = reader.block(blocks.length, blocks.at(-1)?.channels);
    inputs.push(input);
    blocks.push(block);
  } while (reader.position < text.length);
  return { inputChannels: inputs[0], blocks };
}

class BlockReader {
  position = 0;

  constructor(private readonly text: string) {}

  /** @param before output channels of the block before, if there is one */
  block(index: number, before: number | undefined): { readonly input: number; readonly block: ZenBlock } {
    if (index === MOST_BLOCKS) this.fail(`expected the end after ${MOST_BLOCKS} blocks`);
    const { name: type, family } = this.type(index);
    const of = (what: string) => `the ${what} of block ${index}`;
    this.expect('(', `after the name of block ${index}`);
    const input =
      before === undefined
        ? this.integer(of('input channels'), [1, MOST_CHANNELS])
        : this.integer(`${of('input channels')}, which the block before puts out,`, [before, before]);
    const next = (what: string, range: readonly [number, number]) => {
      this.expect(',', `before ${of(what)}`);
      return this.integer(of(what), range);
    };
    const channels = next('output channels', [1, MOST_CHANNELS]);
    const stride = next('stride', [1, 2]);
    const bottleneck = family === 'conv' ? {} : { bottleneck: next('bottleneck channels', [1, MOST_CHANNELS]) };
    const layers = next('number of layers', [1, MOST_LAYERS]);
    this.expect(')', `after ${of('number of layers')}`);
    return { input, block: { type, channels, stride, ...bottleneck, layers } };
  }

  private type(index: number): BlockType {
    const name = /^\w*/.exec(this.text.slice(this.position, this.position + 32))![0];
    const found = BLOCK_TYPES.find((type) => type.name === name);
    if (!found) {
      return this.fail(
        `expected the name of block ${index}, one of ${BLOCK_TYPES.map((type) => type.name).join(', ')}`,
      );
    }
    this.position += name.length;
    return found;
  }

  private integer(what: string, [least, most]: readonly [number, number]): number {
    const digits = /^(?:0|[1-9]\d*)(?!\d)/.exec(this.text.slice(this.position, this.position + 16))?.[0] ?? '';
    const value = digits === '' ? NaN : Number(digits);
    if (!(value >= least && value <= most)) {
      this.fail(`expected ${what} to be ${least === most ? least : `an integer in ${least}…${most}`}`);
    }
    this.position += digits.length;
    return value;
  }

  private expect(token: string, where: string): void {
    if (this.text[this.position] !== token) this.fail(`expected ${JSON.stringify(token)} ${where}`);
    this.position++;
  }

  private fail(rule: string): never {
    throw new ArchitectureSyntaxError(NAME, this.text, this.position, rule);
  }
}
