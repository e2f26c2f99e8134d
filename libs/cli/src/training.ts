import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { downloadModel } from '@gradsign/client';
import { fromStatus, ServiceError, TrainingState, type OracleApi, type Training } from '@gradsign/contracts';

/** Follows a training that was started to its success. @throws ServiceError with its error where it fails or is cancelled. */
export async function awaitTraining(
  oracle: OracleApi,
  started: Training,
  onChange: (training: Training) => void = () => {},
): Promise<Training> {
  if (started.state === TrainingState.TRAINING_STATE_SUCCEEDED) return started;
  const { name } = started;
  for await (const { training } of oracle.watchTraining({ name })) {
    onChange(training!);
    switch (training!.state) {
      case TrainingState.TRAINING_STATE_SUCCEEDED:
        return training!;
      case TrainingState.TRAINING_STATE_FAILED:
        throw fromStatus(training!.error!);
      case TrainingState.TRAINING_STATE_CANCELLED:
        throw new ServiceError('CANCELLED', `${name} was cancelled`);
    }
  }
  throw new ServiceError('UNAVAILABLE', `the stream of ${name} ended before the training did`);
}

/** Writes a training's ONNX file and returns its bytes. @throws ServiceError DATA_LOSS when its bytes are not those that were measured. */
export async function saveModel(oracle: OracleApi, training: Training, path: string): Promise<Uint8Array> {
  const bytes = await downloadModel(oracle, training.name);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== training.result!.modelSha256) {
    throw new ServiceError('DATA_LOSS', `${training.name}: the model's SHA-256 is ${sha256}, not the measured file's`);
  }
  writeFileSync(path, bytes);
  return bytes;
}
