import { ArchitectureSyntaxError } from '../errors';
import { LAYERS, NAME, WIDTHS, type NatsBenchSizes, type Width } from './architecture';

/** `8:16:24:32:64`: the channels of the five layers. */
export function formatSizes(sizes: NatsBenchSizes): string {
  return sizes.join(':');
}

/** @throws ArchitectureSyntaxError at the first character that does not fit. */
export function parseSizes(text: string): NatsBenchSizes {
  const fail = (position: number, rule: string): never => {
    throw new ArchitectureSyntaxError(NAME, text, position, rule);
  };
  let position = 0;
  const sizes: Width[] = [];
  for (let layer = 0; layer < LAYERS; layer++) {
    if (layer > 0) {
      if (text[position] !== ':') {
        fail(position, `expected ":" before the channels of layer ${layer}`);
      }
      position++;
    }
    const digits = /^\d*/.exec(text.slice(position, position + 16))![0];
    const width = WIDTHS.find((w) => String(w) === digits);
    sizes.push(width ?? fail(position, `expected the channels of layer ${layer}, one of ${WIDTHS.join(', ')}`));
    position += digits.length;
  }
  if (position < text.length) {
    fail(position, `expected the end after layer ${LAYERS - 1}`);
  }
  return sizes;
}
