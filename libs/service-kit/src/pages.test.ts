import fc from 'fast-check';
import { decodePageToken, encodePageToken, paginate } from './pages';

const keyOf = (item: string) => item;

test('pages put together are the list, in its order', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string()),
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      (keys, pageSize, descending) => {
        const items = [...keys].sort((a, b) => (a < b ? -1 : 1));
        if (descending) items.reverse();
        const seen: string[] = [];
        let pageToken = '';
        do {
          const page = paginate(items, { keyOf, list: 'l', descending }, { pageSize, pageToken });
          expect(page.items.length).toBeLessThanOrEqual(pageSize);
          seen.push(...page.items);
          pageToken = page.nextPageToken;
        } while (pageToken !== '');
        expect(seen).toEqual(items);
      },
    ),
  );
});

test.each([false, true])('items that come and go double and lose none of the others (descending: %p)', (descending) => {
  const sorted = (...items: string[]) => (descending ? items.reverse() : items);
  const list = { keyOf, list: 'l', descending };
  const first = paginate(sorted('b', 'd', 'f', 'h'), list, { pageSize: 2, pageToken: '' });
  const second = paginate(sorted('a', 'b', 'f', 'g', 'h'), list, { pageSize: 9, pageToken: first.nextPageToken });
  expect(first.items).toEqual(descending ? ['h', 'f'] : ['b', 'd']);
  expect(second.items).toEqual(descending ? ['b', 'a'] : ['f', 'g', 'h']);
});

test('a token belongs to one list', () => {
  const token = encodePageToken('searches state=RUNNING', 'searches/12');
  expect(decodePageToken('searches state=RUNNING', token)).toBe('searches/12');
  expect(decodePageToken('searches', '')).toBeUndefined();
  expect(() => decodePageToken('searches', token)).toThrow('page_token: it does not belong to this list');
});

test('no text that is not a token passes, or fails otherwise', () => {
  const tokens = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
  );
  fc.assert(
    fc.property(tokens, (token) => {
      expect(() => decodePageToken('l', token)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    }),
  );
});

test.each([-1, 1001])('a page size of %p is refused', (pageSize) => {
  expect(() => paginate([], { keyOf, list: 'l' }, { pageSize, pageToken: '' })).toThrow(
    `page_size: ${pageSize} is outside the range 1 to 1000`,
  );
});

test('the default page has 100 items', () => {
  const items = Array.from({ length: 101 }, (_, i) => String(i).padStart(3, '0'));
  const page = paginate(items, { keyOf, list: 'l' }, { pageSize: 0, pageToken: '' });
  expect(page.items).toHaveLength(100);
  expect(page.nextPageToken).not.toBe('');
});
