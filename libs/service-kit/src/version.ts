import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Version of the product: all of its packages have the same. */
export const PRODUCT_VERSION = (
  JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string }
).version;
