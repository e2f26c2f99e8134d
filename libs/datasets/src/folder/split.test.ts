import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { imageShapeOf } from './image-shape';
import { Problems } from './problems';
import { splitImages, type Candidate } from './split';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const NAMES = ['a', 'b', 'c'];

/** Images of three classes; equal contents of a class are copies. */
const images = fc
  .array(fc.record({ label: fc.nat(2), content: fc.nat(60) }), { maxLength: 150 })
  .map((some) => some.map(({ label, content }): Candidate => ({ label, sha256: sha256(`${label}/${content}`) })));

function split(some: readonly Candidate[]) {
  const problems = new Problems('/folder');
  const splits = splitImages(some, NAMES, problems);
  problems.throwIfAny();
  return splits;
}

test('the split holds a fifth of each class out, whatever the order, with all copies on one side', () => {
  const property = fc.property(images, fc.infiniteStream(fc.nat()), (some, numbers) => {
    const classes = NAMES.map((_, label) => new Set(some.filter((i) => i.label === label).map((i) => i.sha256)));
    if (classes.some(({ size }) => size < 2)) {
      expect(() => split(some)).toThrow('needs two different images, one to train on and one for validation');
      return;
    }
    const { train, validation, test } = split(some);
    expect(test).toEqual([]);
    expect([...train, ...validation].map((i) => i.sha256).sort()).toEqual(some.map((i) => i.sha256).sort());
    classes.forEach((all, label) => {
      const heldOut = new Set(validation.filter((i) => i.label === label).map((i) => i.sha256));
      expect(heldOut.size).toBe(Math.max(1, Math.round(all.size / 5)));
      expect(train.some((i) => heldOut.has(i.sha256))).toBe(false);
      expect(train.some((i) => i.label === label)).toBe(true);
    });
    const shuffled = some
      .map((image) => ({ image, key: numbers.next().value as number }))
      .sort((a, b) => a.key - b.key)
      .map(({ image }) => ({ ...image }));
    expect(split(shuffled)).toEqual({ train, validation, test });
  });
  fc.assert(property, { numRuns: 200 });
});

test('an image that is added moves at most one image of its class to the other side', () => {
  const some = Array.from({ length: 60 }, (_, i): Candidate => ({ label: i % 3, sha256: sha256(String(i)) }));
  const before = new Set(split(some).validation.map((i) => i.sha256));
  for (let i = 100; i < 130; i++) {
    const added: Candidate = { label: 1, sha256: sha256(String(i)) };
    const after = split([...some, added]).validation.map((image) => image.sha256);
    const moved = after.filter((digest) => !before.has(digest) && digest !== added.sha256);
    expect(moved.length).toBeLessThanOrEqual(1);
  }
});

test('parts are used as they are; without validation, it is held out of train', () => {
  const of = (part: Candidate['part'], label: number, name: string): Candidate => ({
    part,
    label,
    sha256: sha256(name),
  });
  const train = NAMES.flatMap((name, label) => [1, 2, 3].map((i) => of('train', label, `${name}${i}`)));
  const rest = [of('validation', 0, 'x'), of('test', 1, 'y')];
  const given = split([...train, ...rest]);
  expect([given.train.length, given.validation, given.test]).toEqual([9, [rest[0]], [rest[1]]]);
  const made = split([...train, rest[1]]);
  expect([made.train.length, made.validation.length, made.test]).toEqual([6, 3, [rest[1]]]);
});

test.each<[number[], number]>([
  [[32, 32, 200], 32],
  [[500, 400, 375], 64],
  [[3, 4], 8],
  [[27, 27], 24],
  [[28, 28, 28], 32],
  [[10, 12, 50, 51], 16],
])('sides of %j give images of %d pixels', (sides, size) => {
  const facts = sides.map((side, i) => ({
    sha256: '',
    height: side + (i % 2),
    width: side + ((i + 1) % 2),
    grey: i > 0,
  }));
  expect(imageShapeOf({ path: '' }, facts)).toEqual({ height: size, width: size, channels: 3 });
  expect(imageShapeOf({ path: '' }, facts.slice(1))).toMatchObject({ channels: 1 });
  expect(imageShapeOf({ path: '', imageSize: [20, 36], channels: 1 }, facts)).toEqual({
    height: 20,
    width: 36,
    channels: 1,
  });
});
