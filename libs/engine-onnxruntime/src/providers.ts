import { UnsupportedOperatorError } from '@gradsign/engine';
import type { Graph, Node } from '@gradsign/onnx';
import type { InferenceSession } from 'onnxruntime-node';
import { keepNaN } from './keep-nan';
import { withoutUnusedOptimizers } from './optimizers';

type SessionOptions = InferenceSession.SessionOptions;

/** A form of an operator that a provider fails on, or gets wrong. */
interface Refusal {
  readonly op: string;
  readonly applies: (node: Node) => boolean;
  readonly reason: string;
}

/** What an execution provider of ONNX Runtime needs for right results, as the conformance suite has shown on it. */
interface Provider {
  readonly options: Pick<SessionOptions, 'executionProviders' | 'extra'>;
  readonly refusals: readonly Refusal[];
  /** The same graph in a form that the provider computes rightly. */
  readonly rewrite: (graph: Graph) => Graph;
}

const same = (graph: Graph): Graph => graph;

const providers: Readonly<Record<string, Provider>> = {
  cpu: {
    options: { executionProviders: ['cpu'], extra: withoutUnusedOptimizers },
    refusals: [],
    rewrite: same,
  },
  webgpu: {
    options: {
      // With channels last, its default, it computes wrongly, without an error: convolutions from 6 channels to a
      // multiple of 4, those with an even number of groups of 5, 6, 7, 9, … outputs, and transposed ones with groups of
      // an even number of inputs and one output.
      executionProviders: [{ name: 'webgpu', preferredLayout: 'NCHW' } as { name: 'webgpu' }, 'cpu'],
    },
    refusals: [
      {
        op: 'BatchNormalization',
        applies: ({ attributes }) => attributes.training_mode === 1,
        reason: 'the provider has no training mode',
      },
    ],
    rewrite: keepNaN,
  },
};

/** What a device's provider needs. What a provider that is not listed cannot do, it says when it runs. */
export function providerOf(device: string): Provider {
  const listed = Object.hasOwn(providers, device) ? providers[device] : undefined;
  return listed ?? { options: { executionProviders: [device, 'cpu'] }, refusals: [], rewrite: same };
}

/** @throws UnsupportedOperatorError naming the first node that the device's provider is known to fail on. */
export function refuseKnownFailures(device: string, { nodes }: Graph): void {
  const { refusals } = providerOf(device);
  for (const node of nodes) {
    const refusal = refusals.find(({ op, applies }) => op === node.op && applies(node));
    if (refusal) throw new UnsupportedOperatorError(`onnxruntime on ${device}`, node.op, node.name, refusal.reason);
  }
}
