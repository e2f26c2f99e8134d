import { createHash } from 'node:crypto';
import { ServiceError } from '@gradsign/contracts';

/** A part of a list, and how to go on. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Empty at the end. */
  readonly nextPageToken: string;
}

export interface PageRequest {
  /** 0: the default, 100. At most 1,000. */
  readonly pageSize: number;
  readonly pageToken: string;
}

/**
 * Cuts a page out of a list whose items have keys that sort like the list. A token names the last key given and the
 * list that it belongs to (method, parent, filter), so a page stays right while items come and go, and a token of
 * another list is refused.
 * @throws ServiceError INVALID_ARGUMENT.
 */
export function paginate<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  list: string,
  { pageSize, pageToken }: PageRequest,
): Page<T> {
  if (pageSize < 0 || pageSize > 1000) {
    throw ServiceError.invalid('page_size', `${pageSize} is outside the range 1 to 1000 (0: the default)`);
  }
  const start = pageToken === '' ? 0 : startAfter(items, keyOf, decode(pageToken, list));
  const size = pageSize === 0 ? 100 : pageSize;
  const page = items.slice(start, start + size);
  const more = start + size < items.length;
  return { items: page, nextPageToken: more ? encode(keyOf(page[page.length - 1]), list) : '' };
}

function startAfter<T>(items: readonly T[], keyOf: (item: T) => string, key: string): number {
  const index = items.findIndex((item) => keyOf(item) > key);
  return index < 0 ? items.length : index;
}

function encode(key: string, list: string): string {
  return Buffer.from(JSON.stringify([fingerprint(list), key])).toString('base64url');
}

function decode(token: string, list: string): string {
  try {
    const [of, key] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (of === fingerprint(list) && typeof key === 'string') return key;
  } catch {
    // Told below, like a token of another list.
  }
  throw ServiceError.invalid(
    'page_token',
    'it does not belong to this list; use the token of its last page as it came',
  );
}

function fingerprint(list: string): string {
  return createHash('sha256').update(list).digest('base64url').slice(0, 12);
}
