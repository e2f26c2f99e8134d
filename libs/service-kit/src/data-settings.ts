import { schemas } from './setting-schemas';

/** The settings of a service that reads images. */
export const dataSettings = {
  dataDirs: {
    schema: schemas.entries(),
    env: 'GRADSIGN_DATA_DIRS',
    flag: 'data-dirs',
    description:
      'Folders of data sets as cifar10=/data/cifar10,folder:flowers=/data/flowers; folder:NAME is a folder of PNG and ' +
      'JPEG images by class, with a name of your own. MNIST and noise need none.',
  },
  datasets: {
    schema: schemas.optionalText(),
    env: 'GRADSIGN_DATASETS',
    flag: 'datasets',
    description:
      'JSON file with further data sets: "folder:NAME": {"path", "imageSize", "channels"}, ' +
      '"npy:NAME": {"inputs", "labels", "classes", "classNames"}. Default: none.',
  },
};
