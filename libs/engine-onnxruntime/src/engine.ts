import { UnsupportedOperatorError, type Engine, type Session } from '@gradsign/engine';
import { encodeModel, type DataType, type Graph, type Tensor, type TensorData } from '@gradsign/onnx';
import * as ort from 'onnxruntime-node';
import { DeviceUnavailableError } from './device-unavailable';
import { keepStatistics } from './keep-statistics';
import { providerOf, refuseKnownFailures } from './providers';
import { hasVulkan } from './vulkan';

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

/** The devices that the installed ONNX Runtime has a provider for. */
export function availableDevices(): string[] {
  return ort.listSupportedBackends().map(({ name }) => name);
}

/**
 * An engine over the installed ONNX Runtime. Whether a driver is there shows when a graph is loaded.
 * @throws DeviceUnavailableError where the device cannot be had, on creation or on loading
 */
export function createOnnxRuntimeEngine({ device = 'cpu', threads = 1, profile }: OnnxRuntimeOptions = {}): Engine {
  if (!availableDevices().includes(device)) {
    throw new DeviceUnavailableError(device, `it has ${availableDevices().join(', ')}`);
  }
  if (device === 'webgpu' && process.platform === 'linux' && !hasVulkan()) {
    throw new DeviceUnavailableError(device, 'no Vulkan loader (libvulkan.so.1) is installed');
  }
  const provider = providerOf(device);
  const options: ort.InferenceSession.SessionOptions = {
    ...provider.options,
    ...sessionOptions(threads),
    ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
  };
  return {
    name: 'onnxruntime',
    device,
    precision: 'float32',
    async load(graph: Graph): Promise<Session> {
      refuseKnownFailures(device, graph);
      const model = encodeModel(provider.rewrite(keepStatistics(graph)), { producer: 'gradsign' });
      // Not what the session has: the statistics that are kept are outputs of the model too.
      const outputs = graph.outputs.map(({ name }) => name);
      return toSession(await create(model, options, { graph, device }), outputs);
    },
  };
}

/**
 * Loads the bytes of an `.onnx` file as they are, on the CPU, as any user of ONNX Runtime would: for what is to be said
 * of the file itself. Dimensions may be symbolic.
 * @throws Error with ONNX Runtime's own sentence for a file that it does not take
 */
export async function loadModelFile(model: Uint8Array, { threads = 1 }: { threads?: number } = {}): Promise<Session> {
  const session = await ort.InferenceSession.create(model, sessionOptions(threads));
  return toSession(session, session.outputNames);
}

function sessionOptions(threads: number): ort.InferenceSession.SessionOptions {
  return {
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // The arena and the pattern planner cost page faults for graphs that run a few times only.
    enableCpuMemArena: false,
    enableMemPattern: false,
    logSeverityLevel: 3,
  };
}

function toSession(session: ort.InferenceSession, outputs: readonly string[]): Session {
  return {
    run: async (feeds) => toTensors(await session.run(toFeeds(feeds), outputs)),
    release: () => session.release(),
  };
}

async function create(
  model: Uint8Array,
  options: ort.InferenceSession.SessionOptions,
  { graph, device }: { graph: Graph; device: string },
): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, options);
  } catch (error) {
    const { message } = error as Error;
    // "OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library", "Failed to get a WebGPU adapter: …"
    const missing = /(?:AppendExecutionProvider_\w+|WebGPU adapter): (.*)/.exec(message)?.[1];
    if (missing !== undefined) throw new DeviceUnavailableError(device, missing);
    // "Could not find an implementation for Conv(11) node with name 'stem'"
    const name = /Could not find an implementation for .* node with name '(.*)'/.exec(message)?.[1];
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
