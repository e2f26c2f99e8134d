import type { DatasetInfo } from '@gradsign/dataset';
import { CIFAR100_CLASSES, CIFAR10_CLASSES } from './class-names';

/** Per-channel statistics of the training images that the CIFAR literature uses. */
const cifarNormalization = { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] };

const CIFAR_PREPARATION = 'RGB, scaled to 32×32';

export const cifar10: DatasetInfo = {
  name: 'cifar10',
  imageShape: [3, 32, 32],
  classes: 10,
  classNames: CIFAR10_CLASSES,
  normalization: cifarNormalization,
  preparation: CIFAR_PREPARATION,
};

export const cifar100: DatasetInfo = {
  name: 'cifar100',
  imageShape: [3, 32, 32],
  classes: 100,
  classNames: CIFAR100_CLASSES,
  normalization: cifarNormalization,
  preparation: CIFAR_PREPARATION,
};

/** ImageNet at 16×16 with its first 120 classes, as NAS-Bench-201 uses it. */
export const imagenet16: DatasetInfo = {
  name: 'imagenet16-120',
  imageShape: [3, 16, 16],
  classes: 120,
  normalization: {
    mean: [122.68, 116.66, 104.01].map((value) => value / 255),
    std: [63.22, 61.26, 65.09].map((value) => value / 255),
  },
};

/**
 * Digits of 28×28, padded with black to 32×32 before normalisation, so that networks for 32×32 images take them. The
 * statistics are those of the unpadded training images.
 */
export const mnist: DatasetInfo = {
  name: 'mnist',
  imageShape: [1, 32, 32],
  classes: 10,
  classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  normalization: { mean: [0.1307], std: [0.3081] },
  preparation: 'a white digit on black, scaled to 28×28, with a black border of 2 pixels',
};
