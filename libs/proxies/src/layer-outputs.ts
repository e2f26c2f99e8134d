import type { Graph, GraphBuilder, Value } from '@gradsign/onnx';

/** What one use of a layer's weight computes, its bias included. */
export interface LayerOutput {
  /** The weight's. */
  readonly path: string;
  readonly value: Value;
  /** The axis of the layer's units: 1 of [B, C, H, W] and [B, C], the last one of a matrix product. */
  readonly channelAxis: number;
}

/** Outputs of the convolutions and linear layers whose weights are `paths`, in the graph's order. */
export function layerOutputs(
  graph: Graph,
  types: Pick<GraphBuilder, 'value'>,
  paths: ReadonlySet<string>,
): LayerOutput[] {
  return graph.nodes
    .filter(({ inputs }) => paths.has(inputs[1]))
    .map(({ op, inputs, outputs }) => {
      const value = types.value(outputs[0]);
      return { path: inputs[1], value, channelAxis: op === 'MatMul' ? value.shape.length - 1 : 1 };
    });
}
