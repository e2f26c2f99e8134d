/** A NumPy file, format 1.0. `type` is NumPy's description of the little-endian element type. */
export function npy(data: Float32Array | Int32Array, shape: readonly number[], type: '<f4' | '<i4'): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 0, 0]);
  // Header and data start at a multiple of 64 bytes; the header ends with a newline.
  const header = Buffer.from(
    `${text.padEnd(64 * Math.ceil((start.length + text.length + 1) / 64) - start.length - 1)}\n`,
  );
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}
