import { Stream } from '@gradsign/random';
import { cropFlip, drawCropFlip, type CropFlip } from './augmentation';

const info = { imageShape: [2, 5, 6], normalization: { mean: [0.5, 0.2], std: [0.25, 0.1] } } as const;
const size = 2 * 5 * 6;
const image = Float32Array.from({ length: size }, (_, i) => i + 1);

function changed(change: CropFlip): Float32Array {
  const copy = image.slice();
  cropFlip(copy, info, change);
  return copy;
}

test('the middle crop is the image itself; flipped twice as well', () => {
  expect(changed({ top: 4, left: 4, flip: false })).toEqual(image);
  const twice = changed({ top: 4, left: 4, flip: true });
  expect([...twice.subarray(0, 6)]).toEqual([6, 5, 4, 3, 2, 1]);
  cropFlip(twice, info, { top: 4, left: 4, flip: true });
  expect(twice).toEqual(image);
});

test('a crop shifts the image and shows normalised black', () => {
  const [firstBlack, secondBlack] = [-2, -2].map(Math.fround);
  const shifted = changed({ top: 3, left: 6, flip: false });
  // One row of padding on top, two columns lost on the left, two of padding on the right.
  expect([...shifted.subarray(0, 6)]).toEqual(new Array(6).fill(firstBlack));
  expect([...shifted.subarray(6, 12)]).toEqual([3, 4, 5, 6, firstBlack, firstBlack]);
  expect([...shifted.subarray(30, 36)]).toEqual(new Array(6).fill(secondBlack));
  expect([...shifted.subarray(36, 38)]).toEqual([33, 34]);
});

test('a flip mirrors the crop', () => {
  const plain = changed({ top: 1, left: 7, flip: false });
  const flipped = changed({ top: 1, left: 7, flip: true });
  for (let row = 0; row < size; row += 6) {
    expect([...flipped.subarray(row, row + 6)].reverse()).toEqual([...plain.subarray(row, row + 6)]);
  }
});

test('draws reach every offset and both directions', () => {
  const draws = Array.from({ length: 900 }, (_, i) => drawCropFlip(Stream.of(1, i)));
  const offsets = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  expect([...new Set(draws.map(({ top }) => top))].sort()).toEqual(offsets);
  expect([...new Set(draws.map(({ left }) => left))].sort()).toEqual(offsets);
  expect(Math.abs(draws.filter(({ flip }) => flip).length - 450)).toBeLessThan(60);
});
