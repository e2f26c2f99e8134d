import type { SchemaTable } from '../schema';

const epsilon = { kind: 'float', default: 1e-5 } as const;

export const normalization: SchemaTable = {
  /** X [N, C, …], scale, bias, mean, var [C]; in training mode also the new running mean and variance. */
  BatchNormalization: {
    attributes: { epsilon, momentum: { kind: 'float', default: 0.9 }, training_mode: { kind: 'int', default: 0 } },
    inputs: [5, 5],
    outputs: [1, 3],
    infer(context) {
      const type = context.floating(0);
      context.sameType();
      const channels = [context.ranked(0, 2)[1]];
      for (let i = 1; i < 5; i += 1) context.expectShape(i, channels);
      const outputs = context.attributes.int('training_mode') === 0 ? 1 : 3;
      if (context.outputs !== outputs) {
        context.fail(`must have ${outputs} outputs with training_mode = ${context.attributes.int('training_mode')}`);
      }
      return [type, { dtype: type.dtype, shape: channels }, { dtype: type.dtype, shape: channels }];
    },
  },
  /** X [N, C, …], scale, bias [C]. */
  InstanceNormalization: {
    attributes: { epsilon },
    inputs: [3, 3],
    outputs: [1, 1],
    infer(context) {
      const type = context.floating(0);
      context.sameType();
      const channels = [context.ranked(0, 3)[1]];
      for (const i of [1, 2]) context.expectShape(i, channels);
      return [type];
    },
  },
  /** Normalises the axes from `axis` on; outputs Y, the mean and the inverse standard deviation. */
  LayerNormalization: {
    attributes: { axis: { kind: 'int', default: -1 }, epsilon, stash_type: { kind: 'int', default: 1 } },
    inputs: [2, 3],
    outputs: [1, 3],
    infer(context) {
      const type = context.floating(0);
      context.sameType();
      const axis = context.axis(context.attributes.int('axis'), type.shape.length);
      const normalised = type.shape.slice(axis);
      for (const i of [1, 2]) if (context.has(i)) context.expectShape(i, normalised);
      const statistics = { dtype: type.dtype, shape: type.shape.map((dim, i) => (i < axis ? dim : 1)) };
      return [type, statistics, statistics];
    },
  },
};
