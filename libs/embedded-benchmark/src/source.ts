import { statSync } from 'node:fs';
import type { ImportSource, TrainingRecord } from '@gradsign/benchmarks';
import { architectureClasses, DATASET, SEEDS, SPACE, TRAINER, VERSION } from './definition';
import { trainingKey, type TrainingOutcome } from './outcome';
import { readResults, RESULTS_FILE } from './results';

const NOTE =
  'processor seconds of training and evaluation together, shared over the epochs alike; the machine was busy';

/** The benchmark's trainings for the import into a table: one unit for each class of equal architectures. */
export function embeddedSource(path = RESULTS_FILE): ImportSource {
  const classes = architectureClasses();
  const size = statSync(path).size;
  const { epochs } = TRAINER;
  return {
    space: SPACE,
    version: VERSION,
    description:
      `The whole space of NAS-Bench-201 trained on ${TRAINER.trainSamples} images of MNIST at ` +
      `${TRAINER.imageSize}×${TRAINER.imageSize} pixels for ${epochs} epochs; equal architectures share a training`,
    notes: { trainSeconds: NOTE },
    files: [path],
    totalBytes: size,
    architectures: classes.flatMap(({ members }) => members),
    grouped: true,
    anchors: [],
    async *read(from) {
      const results = readResults(path);
      for (const [i, { representative, members }] of [...classes.entries()].slice(from)) {
        const records = SEEDS.flatMap((seed, s) => {
          const outcome = results.get(trainingKey({ architecture: representative, seed }));
          const sourceRecord = 1 + i * SEEDS.length + s;
          return outcome ? members.map((architecture) => record(architecture, outcome, sourceRecord)) : [];
        });
        yield { doneBytes: Math.floor((size * (i + 1)) / classes.length), records };
      }
    },
    close: () => Promise.resolve(),
  };
}

function record(architecture: string, outcome: TrainingOutcome, sourceRecord: number): TrainingRecord {
  const { seed, trainLoss, trainAccuracy, validationAccuracy, testAccuracy, cpuSeconds } = outcome;
  const { epochs } = TRAINER;
  return {
    architecture,
    dataset: DATASET,
    trainingSet: 'full',
    epochs,
    seed,
    sourceRecord,
    final: {
      trainLoss: trainLoss[epochs - 1],
      trainAccuracy: trainAccuracy[epochs - 1],
      validAccuracy: validationAccuracy[epochs - 1],
      testAccuracy: testAccuracy[epochs - 1],
      trainSeconds: cpuSeconds,
    },
    curves: {
      trainLoss: Float32Array.from(trainLoss),
      trainAccuracy: Float32Array.from(trainAccuracy),
      validAccuracy: Float32Array.from(validationAccuracy),
      testAccuracy: Float32Array.from(testAccuracy),
      trainSeconds: Float32Array.from({ length: epochs }, (_, i) => (cpuSeconds * (i + 1)) / epochs),
    },
  };
}
