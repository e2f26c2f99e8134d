import {
  augmentationNames,
  formatDataset,
  networkVariantNames,
  ServiceError,
  type TrainingSpec,
} from '@gradsign/contracts';
import type { Dataset } from '@gradsign/dataset';
import {
  checkArchitecture,
  compileNetwork,
  DataSources,
  resolveSpace,
  toServiceError,
  type DataSourcesOptions,
} from '@gradsign/requests';
import { Violations } from '@gradsign/service-kit';
import { scaledShape } from '@gradsign/training';
import type { ImageFiles, TrainTask } from './task';
import { trainingIdentity } from './training-identity';
import { compileOptimizer, compileSamples } from './trainer-options';
import { trainingNetwork } from './training-network';

/** A specification, checked and complete. */
export interface CompiledTraining {
  /** With all defaults filled in. A network option of 0 stays: it means the space's published value. */
  readonly spec: TrainingSpec;
  readonly identity: string;
  /** Optimisation steps in all. */
  readonly steps: number;
  readonly task: TrainTask;
}

/** Checks specifications against the data sets of this process. */
export class TrainingCompiler {
  private readonly sources: DataSources;

  constructor(private readonly data: DataSourcesOptions) {
    this.sources = new DataSources(data);
  }

  /**
   * @throws ServiceError INVALID_ARGUMENT with every violation at once; FAILED_PRECONDITION where the images are not
   * registered or not readable here; UNIMPLEMENTED for a search space without code.
   */
  compile(spec: TrainingSpec | undefined): CompiledTraining {
    const violations = new Violations();
    if (!spec) throw ServiceError.invalid('spec', 'a value is required');
    const space = violations.attempt(() => resolveSpace(spec.space, 'spec.space'));
    const architecture =
      space && violations.attempt(() => checkArchitecture(space, spec.architecture, 'spec.architecture'));
    const name = violations.attempt(() => formatDataset(spec.dataset, 'spec.dataset'));
    const network = violations.attempt(() => compileNetwork(spec.network, 'spec.network'));
    const optimizer = compileOptimizer(spec.trainer, violations);
    const dataset = name === undefined ? undefined : this.open(name, violations);
    const samples = dataset && compileSamples(spec.trainer, dataset, optimizer.batchSize, violations);
    violations.throwIfAny();

    const settings = { ...optimizer, ...samples! };
    const task: TrainTask = {
      space: space!.name,
      architecture: architecture!,
      network: network!,
      dataset: name!,
      files: this.files(name!),
      settings,
      datasetDigest: dataset!.digest,
      seed: spec.seed,
    };
    checkNetwork(task, dataset!);
    const complete = completeSpec(spec, task);
    return {
      spec: complete,
      identity: trainingIdentity(complete, task.datasetDigest),
      steps: Math.floor(settings.trainSamples / settings.batchSize) * settings.epochs,
      task,
    };
  }

  private open(name: string, violations: Violations): Dataset {
    try {
      return this.sources.open(name, 'spec.dataset');
    } catch (error) {
      // What is wrong with the request itself goes before what this process lacks.
      violations.throwIfAny();
      throw error;
    }
  }

  private files(name: string): ImageFiles {
    const { dataDirs, npy, folders } = this.data;
    const [, kind, own] = /^(npy|folder):(.*)$/s.exec(name) ?? [];
    const folder = kind === 'folder' ? folders?.get(own) : undefined;
    return {
      dataDir: dataDirs?.get(name),
      npy: kind === 'npy' ? npy?.get(own) : undefined,
      folder: typeof folder === 'string' ? folder : undefined,
    };
  }
}

/** @throws ServiceError where the space has no network of these options for these images. */
function checkNetwork(task: TrainTask, dataset: Dataset): void {
  const imageShape = scaledShape(dataset.imageShape, task.settings.imageSize)!;
  try {
    trainingNetwork(task, { imageShape, classes: dataset.classes });
  } catch (error) {
    throw toServiceError(error, 'spec.trainer.image_size');
  }
}

function completeSpec({ space, dataset, network, seed }: TrainingSpec, task: TrainTask): TrainingSpec {
  return {
    space,
    architecture: task.architecture,
    dataset,
    network: {
      variant: networkVariantNames.parse(task.network.variant, 'spec.network.variant'),
      channels: network?.channels ?? 0,
      cellsPerStage: network?.cellsPerStage ?? 0,
    },
    trainer: {
      ...task.settings,
      augmentation: augmentationNames.parse(task.settings.augmentation, 'spec.trainer.augmentation'),
    },
    seed,
  };
}
