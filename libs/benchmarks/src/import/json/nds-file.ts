import { searchSpace, type SearchSpace } from '@gradsign/search-spaces';
import { ImportError } from '../../errors';

/** What the name of a file of NDS says. */
export interface NdsFile {
  readonly space: SearchSpace;
  readonly dataset: string;
  /** The space as the paper calls it, and what was fixed. */
  readonly title: string;
}

const SPACES: Readonly<Record<string, string>> = {
  DARTS: 'nds-darts',
  ENAS: 'nds-enas',
  PNAS: 'nds-pnas',
  NASNet: 'nds-nasnet',
  Amoeba: 'nds-amoeba',
};
const NAME = /^(DARTS|ENAS|PNAS|NASNet|Amoeba)(_fix-w-d)?(_in)?\.json$/;

/**
 * Reads the name that NDS publishes a file under: nothing inside says which space and data set it is of.
 * @throws ImportError saying why the file cannot be imported
 */
export function ndsFile(file: string): NdsFile {
  if (/^(ResNet|ResNeXt|Vanilla)/.test(file)) {
    throw new ImportError({ file }, 'its networks are stages of blocks, not cells: there is no search space for them');
  }
  if (/_lr-wd/.test(file)) {
    const rule = 'its trainings differ in learning rate and weight decay, which a table does not tell apart';
    throw new ImportError({ file }, rule);
  }
  const match = NAME.exec(file);
  if (!match) {
    const names = Object.keys(SPACES).join(', ');
    const rule = `a file of NDS must keep its name: one of ${names}, then _fix-w-d, _in, both or neither, then .json`;
    throw new ImportError({ file }, rule);
  }
  const [, family, fixed, imagenet] = match;
  const [dataset, called] = imagenet ? ['imagenet', 'ImageNet'] : ['cifar10', 'CIFAR-10'];
  return {
    space: searchSpace(SPACES[family]),
    dataset,
    title: `${family} cells on ${called}${fixed ? ', width and depth fixed' : ''}`,
  };
}
