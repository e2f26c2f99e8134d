import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { createStageTimer } from './stages';

export interface StagesWork {
  readonly architectures: readonly string[];
  /** Scored before, so that nothing is measured that happens once a process. */
  readonly warmUp: readonly string[];
  readonly proxy: string;
  readonly batchSize: number;
  readonly chunkSize: number;
  /** Start of the paths of ONNX Runtime's profiles, one an architecture. */
  readonly profile?: string;
}

/** A process in the environment of the product's workers: prints the stages of each architecture, one JSON a line. */
async function main({ architectures, warmUp, profile, ...options }: StagesWork): Promise<void> {
  const warm = createStageTimer({ engine: createOnnxRuntimeEngine(), ...options });
  for (const architecture of warmUp) await warm(architecture);
  const measure = createStageTimer({ engine: createOnnxRuntimeEngine({ profile }), ...options });
  for (const architecture of architectures) console.log(JSON.stringify(await measure(architecture)));
}

void main(JSON.parse(process.argv[2]) as StagesWork);
