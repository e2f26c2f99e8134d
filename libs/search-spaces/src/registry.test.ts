import { isDeepStrictEqual } from 'node:util';
import { Random, Stream } from '@gradsign/random';
import { searchSpace, searchSpaces } from './registry';

describe('the registry of search spaces', () => {
  test('an unknown name is answered with the known ones', () => {
    expect(() => searchSpace('nas-bench-301')).toThrow(
      'search space "nas-bench-301" is unknown: it must be one of nas-bench-201',
    );
  });

  test.each([
    ['nas-bench-201', 15_625, 1],
    ['nats-bench-sss', 32_768, 1],
    ['nas-bench-101', 423_624, 101],
  ])('%s has %d architectures; printing and reading are inverse on each, or each hundredth', (name, size, step) => {
    const space = searchSpace(name);
    expect(space.size).toBe(size);
    let index = 0;
    for (const architecture of space.enumerate!()) {
      if (index++ % step !== 0) continue;
      const read = space.parse(space.format(architecture));
      // Much faster than Jest's comparison, on thousands of architectures.
      if (!isDeepStrictEqual(read, architecture)) expect(read).toEqual(architecture);
    }
    expect(index).toBe(size);
  });

  describe.each([...searchSpaces])('%s', (name, space) => {
    const random = new Random(Stream.of(3, 'test', name));

    test('keeps the contract of SearchSpace on random architectures', () => {
      for (let i = 0; i < 50; i++) {
        const architecture = space.sample(random);
        const text = space.format(architecture);
        expect(space.format(space.parse(text))).toBe(text);
        const neighbours = space.neighbours(architecture).map((a) => space.format(a));
        expect(neighbours).not.toContain(text);
        expect(neighbours).toContain(space.format(space.mutate(architecture, random, 'uniform')));
        expect(neighbours).toContain(space.format(space.mutate(architecture, random, 'published')));
        if (space.encoding) {
          expect(space.encoding.decode(space.encoding.encode(architecture))).toEqual(architecture);
        }
        for (const form of space.canonicalForms) {
          expect(space.canonical(architecture, form)).toBe(space.canonical(space.parse(text), form));
        }
      }
    });

    test('states the cells of its networks in their order', () => {
      const { graph, cells } = space.network(space.sample(random), { imageShape: [3, 32, 32], classes: 10 });
      const values = graph.nodes.map(({ outputs }) => outputs[0]);
      expect(cells!.length).toBeGreaterThan(1);
      cells!.forEach(({ inputs, output }, i) => {
        expect(values.indexOf(output)).toBeGreaterThan(values.indexOf(inputs.at(-1)!));
        // A pooling may stand between two cells.
        if (i > 0) expect(values.indexOf(inputs.at(-1)!)).toBeGreaterThanOrEqual(values.indexOf(cells![i - 1].output));
      });
    });

    test('refuses unknown canonical forms and vectors that do not fit', () => {
      expect(() => space.canonical(space.sample(random), 'graph')).toThrow('canonical form "graph" is unknown');
      if (space.encoding) {
        expect(() => space.encoding?.decode([0, 0, 0, 0, 0, 5])).toThrow(RangeError);
        expect(() => space.encoding?.decode([0])).toThrow(RangeError);
      }
    });
  });
});
