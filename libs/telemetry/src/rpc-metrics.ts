import type { Attributes } from '@opentelemetry/api';
import { attributes, metricNames } from './attributes';
import { meter } from './spans';

/** Upper bounds of the duration histogram, in milliseconds: from a cached score to a long search that is watched. */
const DURATION_BUCKETS_MS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000];

/** Rate, errors, duration and concurrency of the calls that a gRPC server answers. */
export interface RpcServerMetrics {
  /**
   * Counts a call as in flight. Call the returned function once, with the numeric gRPC status code, when the call is
   * over; later calls of it do nothing.
   */
  started(call: { service: string; method: string }): (statusCode: number) => void;
}

/** Creates the instruments: after telemetry has started, or they stay silent. */
export function createRpcServerMetrics(): RpcServerMetrics {
  const rpc = meter('gradsign.rpc');
  const duration = rpc.createHistogram(metricNames.RPC_DURATION, {
    description: 'Time from the start of a call to its status',
    unit: 'ms',
    advice: { explicitBucketBoundaries: DURATION_BUCKETS_MS },
  });
  const requests = rpc.createCounter(metricNames.RPC_REQUESTS, { description: 'Finished calls by status code' });
  const active = rpc.createUpDownCounter(metricNames.RPC_ACTIVE, { description: 'Calls in flight' });
  return {
    started({ service, method }) {
      const labels: Attributes = {
        [attributes.RPC_SYSTEM]: 'grpc',
        [attributes.RPC_SERVICE]: service,
        [attributes.RPC_METHOD]: method,
      };
      const start = performance.now();
      let over = false;
      active.add(1, labels);
      return (statusCode) => {
        if (over) return;
        over = true;
        active.add(-1, labels);
        const finished = { ...labels, [attributes.RPC_STATUS_CODE]: statusCode };
        requests.add(1, finished);
        duration.record(performance.now() - start, finished);
      };
    },
  };
}
