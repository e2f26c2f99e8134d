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

/** The size of a page. @throws ServiceError INVALID_ARGUMENT naming `page_size`. */
export function checkPageSize(pageSize: number): number {
  if (pageSize >= 0 && pageSize <= 1000) return pageSize || 100;
  throw ServiceError.invalid('page_size', `${pageSize} is outside the range 1 to 1000 (0: the default, 100)`);
}

/** A token for what follows `key` in a list. `list` identifies it: method, parent, filter, order. */
export function encodePageToken(list: string, key: string): string {
  return Buffer.from(JSON.stringify([fingerprint(list), key])).toString('base64url');
}

/**
 * The key that a token names; undefined for the list's begin (empty token).
 * @throws ServiceError INVALID_ARGUMENT naming `page_token` when it is not a token of this very list.
 */
export function decodePageToken(list: string, token: string): string | undefined {
  if (token === '') return undefined;
  try {
    const [of, key] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (of === fingerprint(list) && typeof key === 'string') return key;
  } catch {
    // Told below, like a token of another list.
  }
  throw ServiceError.invalid('page_token', 'it does not belong to this list; a token goes with the request it came of');
}

/**
 * Cuts a page out of a list that is sorted by its items' keys (by code units), upwards or `descending`. A token names
 * the last key given, so that a page stays right while items come and go.
 * @throws ServiceError INVALID_ARGUMENT.
 */
export function paginate<T>(
  items: readonly T[],
  { keyOf, list, descending = false }: { keyOf: (item: T) => string; list: string; descending?: boolean },
  { pageSize, pageToken }: PageRequest,
): Page<T> {
  const size = checkPageSize(pageSize);
  const after = decodePageToken(list, pageToken);
  const follows = (key: string) => after === undefined || (descending ? key < after : key > after);
  const first = items.findIndex((item) => follows(keyOf(item)));
  const rest = first < 0 ? [] : items.slice(first, first + size + 1);
  const page = rest.slice(0, size);
  return { items: page, nextPageToken: rest.length > size ? encodePageToken(list, keyOf(page[size - 1])) : '' };
}

function fingerprint(list: string): string {
  return createHash('sha256').update(list).digest('base64url').slice(0, 12);
}
