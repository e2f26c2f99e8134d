import { UnsupportedOperatorError, type Engine, type Session } from '@gradsign/engine';
import { encodeModel, type DataType, type Graph, type Tensor, type TensorData } from '@gradsign/onnx';
import * as ort from 'onnxruntime-node';
import { keepStatistics } from './keep-statistics';
import { withoutUnusedOptimizers } from './optimizers';

// What goes wrong is thrown; written to standard error beside that, it would be noise.
ort.env.logLevel = 'fatal';

/** Options of an ONNX Runtime engine. */
export interface OnnxRuntimeOptions {
  /** An execution provider of the installed ONNX Runtime: `cpu` (default), `webgpu`, `cuda`, … */
  readonly device?: string;
  /** Threads inside an operator. Default 1: one single-threaded process a core is fastest. */
  readonly threads?: number;
  /** Start of a path: each session, when it is released, leaves ONNX Runtime's profile of its nodes in a file there. */
  readonly profile?: string;
}

/** Thrown when the installed ONNX Runtime cannot use a device. */
export class DeviceUnavailableError extends Error {
  override readonly name = 'DeviceUnavailableError';
  constructor(
    readonly device: string,
    readonly available: readonly string[],
  ) {
    super(`ONNX Runtime has no execution provider for "${device}" here; it has: ${available.join(', ')}`);
  }
}

/** The devices that the installed ONNX Runtime has a provider for. */
export function availableDevices(): string[] {
  return ort.listSupportedBackends().map(({ name }) => name);
}

/** @throws DeviceUnavailableError. */
export function createOnnxRuntimeEngine({ device = 'cpu', threads = 1, profile }: OnnxRuntimeOptions = {}): Engine {
  if (!availableDevices().includes(device)) throw new DeviceUnavailableError(device, availableDevices());
  const options: ort.InferenceSession.SessionOptions = {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // The arena and the pattern planner cost page faults for graphs that run a few times only.
    enableCpuMemArena: false,
    enableMemPattern: false,
    logSeverityLevel: 3,
    ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
    extra: device === 'cpu' ? withoutUnusedOptimizers : {},
  };
  return {
    name: 'onnxruntime',
    device,
    precision: 'float32',
    async load(graph: Graph): Promise<Session> {
      const model = encodeModel(keepStatistics(graph), { producer: 'gradsign' });
      const session = await create(model, options, graph);
      const outputs = graph.outputs.map(({ name }) => name);
      return {
        run: async (feeds) => toTensors(await session.run(toFeeds(feeds), outputs)),
        release: () => session.release(),
      };
    },
  };
}

async function create(
  model: Uint8Array,
  options: ort.InferenceSession.SessionOptions,
  graph: Graph,
): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, options);
  } catch (error) {
    // "Could not find an implementation for Conv(11) node with name 'stem'"
    const name = /Could not find an implementation for .* node with name '(.*)'/.exec((error as Error).message)?.[1];
    const node = graph.nodes.find((candidate) => candidate.name === name);
    if (node === undefined) throw error;
    throw new UnsupportedOperatorError('onnxruntime', node.op, node.name, 'not implemented for its element types');
  }
}

function toFeeds(feeds: Readonly<Record<string, Tensor>>): Record<string, ort.Tensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { dtype, data, shape }]) => [
      name,
      new ort.Tensor(dtype, data as ort.Tensor.DataType, shape),
    ]),
  );
}

function toTensors(outputs: ort.InferenceSession.OnnxValueMapType): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => {
      const { type, dims, data } = value as ort.Tensor;
      return [name, { dtype: type as DataType, shape: dims, data: data as TensorData[DataType] }];
    }),
  );
}
