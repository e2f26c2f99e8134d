import type { DatasetSplit } from '@gradsign/dataset';
import type { Part } from './layout';
import type { Problems } from './problems';

/** What decides on the split that an image belongs to. */
export interface Candidate {
  readonly part?: Part;
  readonly label: number;
  /** Of the file's bytes. */
  readonly sha256: string;
}

/** Share of a class that is held out for validation where the folder has no validation part. */
const VALIDATION_SHARE = 1 / 5;

/**
 * Divides images into splits: by the folder's parts and, where it has no validation part, by holding a fifth of each
 * class out of the training images, one image at least. Those are the images whose bytes have the smallest SHA-256: the
 * split depends on what the images are, not on their names or their order, and copies of an image are on one side.
 * Within a split images are in the order of class, then SHA-256.
 */
export function splitImages<T extends Candidate>(
  images: readonly T[],
  classNames: readonly string[],
  problems: Problems,
): Record<DatasetSplit, T[]> {
  const sorted = images.toSorted(
    (a, b) => a.label - b.label || (a.sha256 < b.sha256 ? -1 : a.sha256 > b.sha256 ? 1 : 0),
  );
  const of = (part: Part) => sorted.filter((image) => (image.part ?? 'train') === part);
  const [train, validation, test] = [of('train'), of('validation'), of('test')];
  if (validation.length > 0) return { train, validation, test };
  const byLabel = classNames.map((): T[] => []);
  for (const image of train) byLabel[image.label].push(image);
  const heldOut = new Set(classNames.flatMap((name, label) => holdOut(byLabel[label], name, problems)));
  return {
    train: train.filter((image) => !heldOut.has(image)),
    validation: train.filter((image) => heldOut.has(image)),
    test,
  };
}

/** @param own the images of one class, sorted */
function holdOut<T extends Candidate>(own: readonly T[], name: string, problems: Problems): T[] {
  const different = [...new Set(own.map(({ sha256 }) => sha256))];
  if (different.length < 2) {
    problems.add(name, 'needs two different images, one to train on and one for validation');
    return [];
  }
  const chosen = new Set(different.slice(0, Math.max(1, Math.round(different.length * VALIDATION_SHARE))));
  return own.filter(({ sha256 }) => chosen.has(sha256));
}
