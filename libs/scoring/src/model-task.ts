import type { TaskContext } from '@gradsign/compute-pool';
import type { Network } from '@gradsign/network';
import { checkMemory, checkModel, importModel } from '@gradsign/models';
import type { Tensor } from '@gradsign/onnx';
import { proxies } from '@gradsign/proxies';
import { DEFAULT_CHUNK_SIZE } from './evaluate';
import type { BatchBlob, CheckTask, ModelSubject, ScoreTask } from './task';

/** Checks an uploaded model; returns remarks about it. */
export function runCheckTask({ digest }: CheckTask, context: TaskContext): string[] {
  return [...checkModel(context.blob<Uint8Array>(digest))];
}

/** A network with the weights that it has, where it has some. */
export interface SubjectNetwork {
  readonly network: Network;
  /** Absent: drawn by the seed. */
  readonly weights?: ReadonlyMap<string, Tensor<'float32'>>;
  /** Whether it has a normalisation whose statistics proxies may choose. */
  readonly normalized: boolean;
}

/** The network of an uploaded model. @throws ModelError for one that does not fit the images, or in memory. */
export function modelNetwork(model: ModelSubject, task: ScoreTask, context: TaskContext): SubjectNetwork {
  const { imageShape, classes } = task;
  const imported = importModel(context.blob<Uint8Array>(model.digest), { imageShape, classes });
  if (model.reinitialize) imported.checkReinitializable();
  const images = task.batchDigest === undefined ? 0 : context.blob<BatchBlob>(task.batchDigest).size;
  const whole = task.proxies.some((id) => !proxies.get(id)!.chunkable);
  checkMemory(imported.size, whole ? images : Math.min(images, DEFAULT_CHUNK_SIZE));
  return {
    network: imported.network,
    weights: model.reinitialize ? undefined : imported.weights,
    normalized: imported.normalization !== 'none',
  };
}
