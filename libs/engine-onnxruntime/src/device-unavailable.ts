/** Thrown when ONNX Runtime cannot use a device here; the message says why. */
export class DeviceUnavailableError extends Error {
  override readonly name = 'DeviceUnavailableError';
  constructor(
    readonly device: string,
    reason: string,
  ) {
    super(`ONNX Runtime cannot use the device "${device}" here: ${reason}`);
  }
}
