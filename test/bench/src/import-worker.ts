import { RECORD_IMPORTERS } from '@gradsign/benchmarks';

/** What reading a file to its end took. */
export interface ImportMeasurement {
  readonly bytes: number;
  readonly trainings: number;
  readonly findings: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most memory that the process had. */
  readonly peakBytes: number;
}

/** Reads a file by the importer of a name and prints what it took, as one line of JSON. */
async function main(importer: string, path: string): Promise<void> {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const source = await RECORD_IMPORTERS.find(({ name }) => name === importer)!.open(path);
  let [trainings, findings] = [0, 0];
  for await (const unit of source.read(0)) {
    trainings += unit.records.length;
    findings += unit.findings?.length ?? 0;
  }
  await source.close();
  const { user, system } = process.cpuUsage(cpu);
  const measurement: ImportMeasurement = {
    bytes: source.totalBytes,
    trainings,
    findings,
    seconds: (performance.now() - started) / 1e3,
    cpuSeconds: (user + system) / 1e6,
    peakBytes: 1024 * process.resourceUsage().maxRSS,
  };
  console.log(JSON.stringify(measurement));
}

void main(process.argv[2], process.argv[3]);
