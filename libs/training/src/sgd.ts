import type { Tensor } from '@gradsign/onnx';
import type { TrainerSettings } from './settings';

/** Learning rate of a step: half a cosine from the initial rate to 0, as in SGDR without restarts. */
export function cosineRate(initial: number, step: number, steps: number): number {
  return 0.5 * initial * (1 + Math.cos((Math.PI * step) / steps));
}

/** Stochastic gradient descent with momentum, as PyTorch defines it (no dampening). */
export class Sgd {
  private readonly velocity = new Map<string, Float32Array>();

  constructor(
    private readonly settings: Pick<TrainerSettings, 'momentum' | 'nesterov' | 'weightDecay'>,
    /** Weights that the L2 penalty falls on. */
    private readonly decayed: ReadonlySet<string>,
  ) {}

  /** Changes a weight in place: g ← g + λw; v ← μv + g; w ← w − η(g + μv) with Nesterov's form, else w − ηv. */
  update(path: string, weight: Tensor<'float32'>, gradient: Tensor<'float32'>, rate: number): void {
    const { momentum, nesterov, weightDecay } = this.settings;
    const w = weight.data;
    const g = gradient.data;
    const decay = this.decayed.has(path) ? weightDecay : 0;
    let v = this.velocity.get(path);
    if (!v) this.velocity.set(path, (v = new Float32Array(w.length)));
    for (let i = 0; i < w.length; i++) {
      const slope = g[i] + decay * w[i];
      v[i] = momentum * v[i] + slope;
      w[i] -= rate * (nesterov ? slope + momentum * v[i] : v[i]);
    }
  }
}
