import { connectScorer } from '@gradsign/client';
import type { ScoreArchitecturesRequest } from '@gradsign/contracts';
import { residentMb } from './processes';
import { startService } from './product';
import { scoreAll } from './score-request';

/** The peak resident memory, in MB, of the worker of a scorer that is started for this request alone. */
export async function workerPeakMb(home: string, request: ScoreArchitecturesRequest): Promise<number> {
  const service = await startService('scorer', home, ['--workers', '1']);
  const scorer = connectScorer({ address: service.first.grpc as string });
  try {
    await scoreAll(scorer.api, request);
    const { workers } = await scorer.api.describeScorer({});
    // A spare that waits to take over has done nothing.
    return Math.max(...workers.map(({ pid }) => residentMb(pid, 'VmHWM')));
  } finally {
    scorer.close();
    await service.stop();
  }
}
