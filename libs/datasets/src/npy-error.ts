import { DatasetError } from '@gradsign/dataset';

/** Thrown when bytes are not a .npy file that this project reads. */
export class NpyError extends DatasetError {
  override readonly name = 'NpyError';
}
