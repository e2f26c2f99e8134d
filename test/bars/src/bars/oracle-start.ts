import { connectOracle } from '@gradsign/client';
import { atMost, type Bar } from '../bar';
import { CIFAR10_TEST, importNb201, NB201 } from '../nb201-table';
import { residentMb } from '../processes';
import { startService } from '../product';
import { sampleArchitectures } from '../sample';
import { median, scaled } from '../statistics';

export const oracleStart: Bar = {
  name: 'oracle-start',
  description:
    'the benchmark-oracle answers from the NAS-Bench-201 table within 1 s of the start of its process, ' +
    'in less than 250 MB of memory',
  async run({ scale, folder, log }) {
    await importNb201(folder);
    const [architecture] = sampleArchitectures(1);
    const starts = [];
    for (let i = 0; i < scaled(10, scale, 3); i++) {
      starts.push(await measureStart(folder, architecture));
      log(`start ${i + 1}: ${JSON.stringify(starts.at(-1))}`);
    }
    return {
      checks: [
        atMost('seconds from start to first answer (median)', median(starts.map(({ seconds }) => seconds)), 1),
        atMost('resident memory in MB (largest)', Math.max(...starts.map(({ residentMb }) => residentMb)), 250),
      ],
      figures: { starts },
    };
  },
};

async function measureStart(home: string, architecture: string) {
  const started = performance.now();
  const service = await startService('benchmark-oracle', home);
  const oracle = connectOracle({ address: service.first.grpc as string });
  try {
    const { evaluation } = await oracle.api.getEvaluation({
      benchmark: NB201,
      architecture,
      settings: CIFAR10_TEST,
    });
    return {
      seconds: (performance.now() - started) / 1000,
      residentMb: residentMb(service.pid, 'VmRSS'),
      peakResidentMb: residentMb(service.pid, 'VmHWM'),
      accuracy: evaluation!.accuracy,
    };
  } finally {
    oracle.close();
    await service.stop();
  }
}
