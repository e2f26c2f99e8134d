import { float32, int64, type GraphBuilder, type Value } from '@gradsign/onnx';

/**
 * [B, C, H, W] as a matrix with a row a channel, over samples and pixels: [C, B·H·W]. With windows of h × w pixels,
 * each pixel of the window is a channel of its own: [C·h·w, B·(H/h)·(W/w)].
 */
export function channelRows(builder: GraphBuilder, x: Value, [h, w]: readonly number[] = [1, 1]): Value {
  const [size, channels, height, width] = x.shape as number[];
  const shape = (sizes: readonly number[]) => builder.constant(int64(sizes));
  const windows = builder.node('Reshape', [x, shape([size, channels, height / h, h, width / w, w])]);
  const sorted = builder.node('Transpose', [windows], { perm: [1, 3, 5, 0, 2, 4] });
  return builder.node('Reshape', [sorted, shape([channels * h * w, (size * height * width) / (h * w)])]);
}

/** Covariances of the channels of [B, C, H, W] over samples and pixels: [C, C]. */
export function channelCovariance(builder: GraphBuilder, x: Value): Value {
  const mean = builder.node('ReduceMean', [x], { axes: [0, 2, 3], keepdims: 1 });
  const rows = channelRows(builder, builder.node('Sub', [x, mean]));
  const product = builder.node('MatMul', [rows, builder.node('Transpose', [rows], { perm: [1, 0] })]);
  return builder.node('Div', [product, builder.constant(float32([rows.shape[1] as number], []))]);
}

/** Σ |a − b|, a scalar: 0 where both are the same. */
export function identityGap(builder: GraphBuilder, a: Value, b: Value): Value {
  const difference = builder.node('Abs', [builder.node('Sub', [a, b])]);
  const axes = builder.constant(int64([...a.shape.keys()]));
  return builder.node('ReduceSum', [difference, axes], { keepdims: 0 });
}
