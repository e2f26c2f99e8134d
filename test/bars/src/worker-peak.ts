import { connectScorer } from '@gradsign/client';
import type { ScoreArchitecturesRequest } from '@gradsign/contracts';
import { processTree, residentMb } from './processes';
import { startService } from './product';
import { scoreAll } from './score-request';

/** The peak resident memory, in MB, of the worker of a scorer that is started for this request alone. */
export async function workerPeakMb(home: string, request: ScoreArchitecturesRequest): Promise<number> {
  const service = await startService('scorer', home, ['--workers', '1']);
  const scorer = connectScorer({ address: service.first.grpc as string });
  try {
    await scoreAll(scorer.api, request);
    // Any of its processes: the spare may have been ready first.
    const [, ...workers] = processTree(service.pid);
    return Math.max(...workers.map((pid) => residentMb(pid, 'VmHWM')));
  } finally {
    scorer.close();
    await service.stop();
  }
}
