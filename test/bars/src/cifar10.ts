import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sharedData } from './paths';

/** A folder with real CIFAR-10 training images, as `--data-dir` wants it. @throws Skipped where there are none. */
export function cifar10Folder(parent: string): string {
  const folder = join(parent, 'cifar10');
  mkdirSync(folder, { recursive: true });
  copyFileSync(sharedData('cifar10', 'cifar10_train_first4000.bin'), join(folder, 'data_batch_1.bin'));
  return folder;
}
