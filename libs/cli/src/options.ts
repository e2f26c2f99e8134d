import { InvalidArgumentError, Option, type Command } from 'commander';

/** Parses an integer in a range. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(
        `it must be an integer of at least ${min}${max < Number.MAX_SAFE_INTEGER ? ` and at most ${max}` : ''}.`,
      );
    }
    return value;
  };
}

/** Parses height and width of images: `48x64`, or one number for both. */
export function imageSize(text: string): readonly [number, number] {
  const [, height, width = height] = /^(\d{1,4})(?:x(\d{1,4}))?$/.exec(text) ?? [];
  if (height === undefined || Number(height) < 1 || Number(width) < 1) {
    throw new InvalidArgumentError('it must be a number of pixels, or height and width as 48x64.');
  }
  return [Number(height), Number(width)];
}

/** Parses the number of an image's channels. */
function channels(text: string): 1 | 3 {
  if (text !== '1' && text !== '3') throw new InvalidArgumentError('it must be 1 (grey) or 3 (RGB).');
  return text === '1' ? 1 : 3;
}

/** Parses a finite number above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('it must be a number above 0.');
  }
  return value;
}

/** Parses a 64-bit signed integer. */
export function seed(text: string): bigint {
  if (!/^-?\d{1,19}$/.test(text) || BigInt.asIntN(64, BigInt(text)) !== BigInt(text)) {
    throw new InvalidArgumentError('it must be an integer of 64 bits.');
  }
  return BigInt(text);
}

/** `--seed`. The default is told as text: the help's own way to print it knows no 64-bit integers. */
export function seedOption(description: string, fallback: bigint): Option {
  return new Option('--seed <k>', description).argParser(seed).default(fallback, String(fallback));
}

/** Splits `a,b,c`. */
export function list(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.some((part) => part === '')) throw new InvalidArgumentError('it must be names joined by commas.');
  return parts;
}

/** Collects an option that may be given several times. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

/** What the images of a folder are brought to. */
export interface ImageOptions {
  /** Height and width. */
  readonly imageSize?: readonly [number, number];
  readonly imageChannels?: 1 | 3;
}

/** Options of every verb that talks to services. */
export interface ConnectionOptions extends Pick<ImageOptions, 'imageChannels'> {
  readonly local?: boolean;
  readonly scorer?: string;
  readonly oracle?: string;
  readonly searcher?: string;
  readonly format: 'json' | 'table';
  readonly dataDir?: string;
  /** File that lists data sets of one's own. */
  readonly datasets?: string;
  readonly workers?: number;
  /** Folder for what proxies draw; an option of `score` only. */
  readonly dump?: string;
}

/** Adds the options that say where the work is done and how results are printed. */
export function withConnection(command: Command): Command {
  return command
    .option('--local', 'do the work in this process instead of by running services')
    .option('--scorer <host:port>', 'address of the scorer')
    .option('--oracle <host:port>', 'address of the benchmark-oracle')
    .option('--searcher <host:port>', 'address of the searcher')
    .option('--data-dir <dir>', 'folder of the data set’s images (with --local)')
    .option('--datasets <file.json>', 'file that lists data sets of one’s own (with --local)')
    .option('--image-channels <n>', 'channels of a folder’s images; default: 3 unless all are grey', channels)
    .option('--workers <n>', 'worker processes (with --local); default: one for each core', integer(1, 256))
    .addOption(new Option('--format <format>', 'how results are printed').choices(['table', 'json']).default('table'));
}

/** Options that describe the images and weights of a score. */
export interface ScoreDataOptions extends Pick<ImageOptions, 'imageSize'> {
  readonly dataset?: string;
  readonly inputs?: string;
  readonly labels?: string;
  readonly batchSize?: number;
  readonly augment: string;
  readonly seed: bigint;
  readonly initializations?: number;
  readonly engine?: string;
  readonly device?: string;
  readonly variant?: string;
  readonly channels?: number;
  readonly cellsPerStage?: number;
  readonly recompute?: boolean;
}

const DATASET_HELP =
  'data set: cifar10, mnist, noise:cifar10, folder:NAME, … (fixes image shape, classes, normalisation)';

/** Adds the options of a score's data; `dataset: false` where the verb has a `--dataset` of its own. */
export function withScoreData(command: Command, { dataset } = { dataset: true }): Command {
  if (dataset) command.option('--dataset <name>', DATASET_HELP);
  return command
    .option('--inputs <file.npy>', 'images instead of the data set’s: float32 [N, C, H, W], normalised')
    .option('--labels <file.npy>', 'their labels: int64 or uint8 [N]')
    .option('--image-size <pixels>', 'size of a folder’s images, or height x width; default: 8 to 64', imageSize)
    .option('--batch-size <n>', 'images in the mini-batch; default: each proxy’s own', integer(1, 4096))
    .addOption(new Option('--augment <name>', 'augmentation').choices(['none', 'crop-flip']).default('none'))
    .addOption(seedOption('seed of weights and mini-batch', 42n))
    .option('--initializations <r>', 'independent initialisations; the score is their mean', integer(1, 1000))
    .option('--engine <name>', 'onnxruntime, tensorflow or reference')
    .option('--device <name>', 'auto, cpu, cuda, webgpu')
    .option('--variant <name>', 'standard or published network')
    .option('--channels <n>', 'channels of the first stage; default: the space’s published value', integer(1))
    .option('--cells-per-stage <n>', 'cells in each stage; default: the space’s published value', integer(1))
    .option('--recompute', 'use neither cache nor table');
}
