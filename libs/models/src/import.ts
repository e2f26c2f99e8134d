import { BATCH, IMAGES, LOGITS, type Network } from '@gradsign/network';
import {
  decodeForeignModel,
  formatShape,
  GraphError,
  sizeOf,
  type ForeignModel,
  type Node,
  type Tensor,
} from '@gradsign/onnx';
import { checkBudget } from './bytes/budget';
import { inOrder } from './bytes/order';
import { MODEL_LIMITS } from './limits';
import { ModelError } from './model-error';
import { alignLayers } from './network/align';
import { imagesOf, outputOf, type Images } from './network/images';
import { networkSize, passBytes, type NetworkSize } from './network/memory';
import { foldedNormalization, logitsOf, refuseFolded, trainingMode } from './network/normalization';
import { findWeights } from './network/weights';
import { remarksOf } from './remarks';
import { isKnownOperator, OPSETS, translations, Translator } from './translate';

/** What a model is imported for. */
export interface ImportOptions {
  /** Channels, height and width of the images. Default: what the file says, where it does. */
  readonly imageShape?: readonly [number, number, number];
  /** Number of classes. Default: what the file has. */
  readonly classes?: number;
}

/** A network from a file, its weights and what was found and changed on the way. */
export interface ImportedModel {
  readonly network: Network;
  /** The file's weights, by path. */
  readonly weights: ReadonlyMap<string, Tensor<'float32'>>;
  readonly size: NetworkSize;
  /** `none` where the model has no batch normalisation: then it is scored as it is. */
  readonly normalization: 'batch' | 'none';
  /** Sentences for the person who sent the file. */
  readonly remarks: readonly string[];
  /** @throws ModelError with the way out, where new weights would lose a normalisation that is folded into them. */
  checkReinitializable(): void;
}

/** Names that passes over a network give to values of their own. */
const RESERVED = [IMAGES, LOGITS, 'one_hot_labels'];

/**
 * Reads an ONNX file of an image classifier. It is untrusted: nothing that it says makes this take more than
 * `MODEL_LIMITS`.
 * @throws ModelError with one sentence for anything that is not a self-contained image classifier of known operators.
 */
export function importModel(bytes: Uint8Array, options: ImportOptions = {}): ImportedModel {
  return guarded(bytes, (model) => translate(model, options));
}

/**
 * What can be said of a file before it is known which images it will be scored on.
 * @throws ModelError as `importModel` does.
 */
export function checkModel(bytes: Uint8Array): readonly string[] {
  return guarded(bytes, (model) => {
    const { name, shape } = imagesOf(model);
    if (shape) return translate(model, {}).remarks;
    ordered(model);
    return [
      `${model.graph.nodes.length} nodes; input "${name}" leaves the size of images open: the rest is checked when the model is scored`,
    ];
  });
}

function guarded<T>(bytes: Uint8Array, use: (model: ForeignModel) => T): T {
  try {
    checkBudget(bytes);
    return use(decodeForeignModel(bytes, { opsets: OPSETS, isKnown: isKnownOperator }));
  } catch (error) {
    if (error instanceof GraphError) throw new ModelError(error.message, { cause: error });
    throw error;
  }
}

/** The nodes in order, after a check of what is bounded without knowing shapes. */
function ordered({ graph }: ForeignModel): Node[] {
  const elements = [...graph.initializers.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (elements > MODEL_LIMITS.weights) {
    throw new ModelError(`the model has ${elements} weights and constants, must have at most ${MODEL_LIMITS.weights}`);
  }
  return inOrder(graph.nodes, [...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()]);
}

function translate(model: ForeignModel, options: ImportOptions): ImportedModel {
  const { graph, opset } = model;
  const images = imagesOf(model, options.imageShape);
  const { shape: imageShape, fixedBatch } = images;
  if (!imageShape) throw new ModelError(`input "${images.name}" leaves the size of images open: it must be given`);
  const output = outputOf(model);
  const nodes = ordered(model);
  const { initializers } = graph;
  const reserved = [...RESERVED, ...nodes.map(({ name }) => name)];
  const names = { taken: RESERVED, reserved };
  const translator = new Translator(graph.name, {
    imageShape,
    opset,
    initializers,
    translations,
    fixedBatch,
    ...names,
  });
  const { builder } = translator;
  const x = translator.images;
  translator.bind(images.name, images.channelsLast ? builder.node('Transpose', [x], { perm: [0, 2, 3, 1] }) : x);
  try {
    for (const node of nodes) translator.translate(node);
    return finish(translator, { output, images, imageShape }, options);
  } catch (error) {
    if (fixedBatch === undefined || !(error instanceof ModelError || error instanceof GraphError)) throw error;
    const hint = `the file fixes the batch to ${fixedBatch}; where that is why, export it with a dynamic first axis`;
    throw new ModelError(`${error.message} (${hint})`, { cause: error });
  }
}

interface Ends {
  readonly output: string;
  readonly images: Images;
  readonly imageShape: Network['imageShape'];
}

function finish(
  translator: Translator,
  { output, images, imageShape }: Ends,
  { classes }: ImportOptions,
): ImportedModel {
  const { builder } = translator;
  const last = translator.value(output);
  const logits = logitsOf(builder.build(), last.name);
  const { shape } = builder.value(logits.name);
  if (shape.length !== 2 || shape[0] !== BATCH || typeof shape[1] !== 'number') {
    throw new ModelError(
      `output "${output}" has shape ${formatShape(shape)}, must be one logit a class: [${BATCH},classes]`,
    );
  }
  if (classes !== undefined && shape[1] !== classes) {
    throw new ModelError(`output "${output}" has ${shape[1]} classes, the data set has ${classes}`);
  }
  builder.output(builder.value(logits.name), LOGITS);
  const aligned = alignLayers(builder.build());
  const folded = foldedNormalization(aligned);
  const { graph, weights, values, others } = findWeights(trainingMode(aligned));
  if (!weights.some(({ role }) => role === 'conv' || role === 'linear')) {
    throw new ModelError(
      'the model has no convolution or linear layer with constant weights: there is nothing to score',
    );
  }
  const network: Network = { graph, weights, imageShape, classes: shape[1] };
  const size = networkSize(network);
  checkMemory(size, 1);
  const normalization = graph.nodes.some(({ op }) => op === 'BatchNormalization') ? 'batch' : 'none';
  return {
    network,
    weights: values,
    size,
    normalization,
    remarks: remarksOf(network, { images, stripped: logits.stripped, others, normalization, folded: folded?.name }),
    checkReinitializable: () => refuseFolded(folded),
  };
}

/** @throws ModelError naming the largest batch, for one over the bound of memory. */
export function checkMemory(size: NetworkSize, batch: number): void {
  const bytes = passBytes(size, batch);
  if (!(bytes > MODEL_LIMITS.passBytes)) return;
  const fixed = passBytes(size, 0);
  const fitting = Math.floor((MODEL_LIMITS.passBytes - fixed) / (passBytes(size, 1) - fixed));
  throw new ModelError(
    `${batch} images at once would take about ${bytes} bytes, must take at most ${MODEL_LIMITS.passBytes}: ` +
      (fitting > 0 ? `a batch of ${fitting} fits` : 'not one image fits'),
  );
}
