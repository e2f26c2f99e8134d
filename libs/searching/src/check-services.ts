import {
  formatDataset,
  SearchSpace,
  searchSpaceNames,
  ServiceError,
  Split,
  splitNames,
  trainingSetNames,
  type Benchmark,
  type BenchmarkEvaluation,
  type CallOptions,
  type Coverage,
  type EvaluationSettings,
  type OracleApi,
  type Proxy,
  type ScorerApi,
  type SearchSpec,
} from '@gradsign/contracts';
import { Violations } from '@gradsign/service-kit';
import type { Findings } from './findings';

/** The services that searches drive. */
export interface Services {
  readonly scorer: ScorerApi;
  readonly oracle: OracleApi;
}

/**
 * Checks what only the services know: the proxies that there are, and what the benchmark covers.
 * @throws ServiceError UNAVAILABLE naming the service that cannot be reached.
 */
export async function checkWithServices(
  spec: SearchSpec,
  { scorer, oracle }: Services,
  findings: Findings,
  options: CallOptions,
): Promise<void> {
  const { guidance, evaluation } = spec;
  await Promise.all([
    guidance &&
      reach('scorer', async () => {
        const known = await checkProxies(spec, scorer, findings, options);
        if (known.some(({ defaultBatchSize }) => defaultBatchSize > 0))
          await checkImages(spec, scorer, findings, options);
      }),
    evaluation?.$case === 'benchmark' &&
      evaluation.value.benchmark !== '' &&
      reach('benchmark oracle', () => checkBenchmark(spec, evaluation.value, oracle, findings, options)),
  ]);
}

async function reach(service: string, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    const failure = ServiceError.from(error);
    if (failure.code !== 'UNAVAILABLE' && failure.code !== 'DEADLINE_EXCEEDED') throw failure;
    const sentence = `the ${service}, which this specification needs, cannot be reached: ${failure.message}`;
    throw new ServiceError('UNAVAILABLE', sentence, { ...failure, reason: 'SERVICE_AWAY', cause: failure });
  }
}

/** The proxies of the guidance that the scorer has. */
async function checkProxies(
  spec: SearchSpec,
  scorer: ScorerApi,
  findings: Findings,
  options: CallOptions,
): Promise<Proxy[]> {
  const { proxies } = await scorer.listProxies({}, options);
  return spec.guidance!.proxies.flatMap(({ id }, i) => {
    const field = `spec.guidance.proxies[${i}].id`;
    const known = proxies.find((proxy) => proxy.id === id);
    if (id !== '' && !known) {
      findings.add(field, `"${id}" is not a proxy; known: ${proxies.map((proxy) => proxy.id).join(', ')}`);
    } else if (known?.population) {
      findings.unimplemented(
        field,
        `"${id}" ranks a population; this version guides by proxies of single architectures`,
      );
    }
    return known ?? [];
  });
}

/** The scorer must be able to read the images, or the search would fail at its first score. */
async function checkImages(spec: SearchSpec, scorer: ScorerApi, findings: Findings, options: CallOptions) {
  const source = spec.guidance!.data?.source;
  if (source?.$case !== 'dataset') return;
  // What is wrong with the name itself has been told of already.
  const name = new Violations().attempt(() => formatDataset(source.value, 'spec.guidance.data.dataset'));
  if (name === undefined) return;
  const { datasets } = await scorer.describeScorer({}, options);
  const readable = datasets.map(({ dataset }) => formatDataset(dataset, 'datasets'));
  const sentence = `the scorer has no images of "${name}"; it has: ${readable.join(', ')}`;
  findings.check(readable.includes(name), 'spec.guidance.data.dataset', sentence);
}

async function checkBenchmark(
  spec: SearchSpec,
  { benchmark: id, reward }: BenchmarkEvaluation,
  oracle: OracleApi,
  findings: Findings,
  options: CallOptions,
): Promise<void> {
  const benchmark = await findBenchmark(id, oracle, findings, options);
  if (!benchmark) return;
  if (benchmark.space !== spec.space && spec.space > 0 && spec.space in SearchSpace) {
    const name = searchSpaceNames.format(benchmark.space, 'benchmark.space');
    findings.add('spec.benchmark.benchmark', `"${id}" has architectures of ${name}, not of the search's space`);
  }
  // What is incomplete has been told of already.
  if (!reward?.dataset?.source || !reward.epochs?.value || !reward.seed?.value || reward.split <= Split.SPLIT_TRAIN)
    return;
  if (!benchmark.coverage.some((line) => covers(line, reward, benchmark))) {
    const lines = benchmark.coverage.map(phrase).join('; ');
    findings.add('spec.benchmark.reward', `"${id}" does not have this combination; it has: ${lines}`);
  }
}

async function findBenchmark(
  benchmark: string,
  oracle: OracleApi,
  findings: Findings,
  options: CallOptions,
): Promise<Benchmark | undefined> {
  try {
    return (await oracle.getBenchmark({ benchmark }, options)).benchmark;
  } catch (error) {
    const { code, message } = ServiceError.from(error);
    if (code !== 'NOT_FOUND' && code !== 'INVALID_ARGUMENT') throw error;
    findings.add('spec.benchmark.benchmark', message.replace(/^benchmark: /, ''));
    return undefined;
  }
}

function covers(line: Coverage, reward: EvaluationSettings, benchmark: Benchmark): boolean {
  const { epochs, seed } = reward;
  const same = (other: Coverage | EvaluationSettings) =>
    nameOf(other) === nameOf(reward) && other.trainingSet === reward.trainingSet;
  if (!same(line) || line.split !== reward.split) return false;
  const wanted =
    epochs!.value!.$case === 'count'
      ? epochs!.value!.value
      : Math.max(...benchmark.coverage.filter(same).map((other) => other.epochs));
  if (line.epochs !== wanted) return false;
  return seed!.value!.$case === 'seed' ? line.seeds.includes(seed!.value!.value) : line.meanOverSeeds;
}

function nameOf({ dataset }: Pick<Coverage, 'dataset'>): string {
  return formatDataset(dataset, 'dataset');
}

function phrase(line: Coverage): string {
  const which = [
    ...(line.meanOverSeeds ? ['mean'] : []),
    ...(line.seeds.length > 0 ? [`seeds ${line.seeds.join(', ')}`] : []),
  ];
  const trainingSet = trainingSetNames.format(line.trainingSet, 'training_set');
  const split = splitNames.format(line.split, 'split');
  return `${nameOf(line)} ${trainingSet} ${line.epochs} epochs ${split} (${which.join(' and ')})`;
}
