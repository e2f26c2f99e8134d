import { Augmentation, formatDataset, Profile, type ScoreData, type SearchSpec } from '@gradsign/contracts';
import { compileNetwork } from '@gradsign/requests';
import type { Findings } from './findings';

const FIELD = 'spec.guidance';

/** Checks `spec.guidance`, complete with defaults, as far as no service is needed. */
export function checkGuidance(spec: SearchSpec, findings: Findings): void {
  const { guidance } = spec;
  if (!guidance) return;
  findings.range(`${FIELD}.pool_size`, guidance.poolSize, { min: 1, max: 10_000 });
  findings.attempt(() => compileNetwork(guidance.network, `${FIELD}.network`));
  checkProxies(spec, findings);
  if (guidance.data) checkData(guidance.data, findings);
  else if (spec.evaluation?.$case === 'external') {
    findings.add(`${FIELD}.data`, 'a data set is required, as an external evaluation names none');
  }
  checkSeconds(spec, findings);
}

function checkProxies({ guidance }: SearchSpec, findings: Findings): void {
  const { proxies } = guidance!;
  const field = `${FIELD}.proxies`;
  const rule = `${proxies.length} proxies are given; between 1 and 64 are allowed`;
  findings.check(proxies.length >= 1 && proxies.length <= 64, field, rule);
  const uploaded = guidance!.data?.source?.$case === 'batch';
  proxies.forEach(({ id, batchSize, initializations }, i) => {
    findings.required(`${field}[${i}].id`, id);
    const first = proxies.findIndex((other) => other.id === id) === i;
    findings.check(first, `${field}[${i}].id`, `"${id}" is given twice; a proxy may be given once`);
    if (batchSize !== undefined) findings.range(`${field}[${i}].batch_size`, batchSize, { min: 1, max: 4096 });
    if (batchSize !== undefined && uploaded) {
      const sentence = `${batchSize} is given with an uploaded batch, whose size is the batch size`;
      findings.add(`${field}[${i}].batch_size`, sentence);
    }
    if (initializations !== undefined) {
      findings.range(`${field}[${i}].initializations`, initializations, { min: 1, max: 1000 });
    }
  });
}

function checkData({ source, augmentation }: ScoreData, findings: Findings): void {
  const known = findings.known(`${FIELD}.data.augmentation`, augmentation, Augmentation);
  switch (source?.$case) {
    case 'dataset':
      findings.attempt(() => formatDataset(source.value, `${FIELD}.data.dataset`));
      return;
    case 'batch': {
      const { digest, dataset } = source.value;
      const sentence = `"${digest}" is not a lower-case hex SHA-256`;
      findings.check(/^[0-9a-f]{64}$/.test(digest), `${FIELD}.data.batch.digest`, sentence);
      findings.attempt(() => formatDataset(dataset, `${FIELD}.data.batch.dataset`));
      findings.check(
        !known || augmentation === Augmentation.AUGMENTATION_NONE,
        `${FIELD}.data.augmentation`,
        'an uploaded batch is used as it is; augmentation must be none',
      );
      return;
    }
    default:
      findings.add(`${FIELD}.data`, 'a data set or an uploaded batch is required');
  }
}

function checkSeconds({ guidance, profile, evaluation, budget }: SearchSpec, findings: Findings): void {
  const { secondsPerScore } = guidance!;
  const field = `${FIELD}.seconds_per_score`;
  if (secondsPerScore !== undefined) findings.notNegative(field, secondsPerScore);
  else if (evaluation?.$case !== 'training' && profile === Profile.PROFILE_FAIR && budget?.seconds !== undefined) {
    const reason = 'a measured time differs from run to run, and the search would not be reproducible';
    findings.add(field, `a value is required under FAIR with a budget in seconds: ${reason}`);
  }
}
