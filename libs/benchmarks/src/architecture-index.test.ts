import fc from 'fast-check';
import { ArchitectureIndex } from './architecture-index';

function columnOf(texts: readonly string[]) {
  const parts = texts.map((text) => Buffer.from(text));
  const offsets = new Int32Array(texts.length + 1);
  parts.forEach((part, i) => (offsets[i + 1] = offsets[i] + part.length));
  return { length: texts.length, offsets, bytes: new Uint8Array(Buffer.concat(parts)) };
}

test('finds every text at its place and nothing else', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '|', 'é', '🙂'), maxLength: 6 });
  fc.assert(
    fc.property(fc.uniqueArray(text, { maxLength: 60 }), fc.array(text), (texts, others) => {
      const index = new ArchitectureIndex(columnOf(texts));
      expect(index.length).toBe(texts.length);
      texts.forEach((own, i) => {
        expect(index.find(own)).toBe(i);
        expect(index.text(i)).toBe(own);
      });
      for (const other of others) {
        expect(index.find(other)).toBe(texts.includes(other) ? texts.indexOf(other) : undefined);
      }
    }),
  );
});
