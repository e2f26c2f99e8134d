/**
 * Names of span attributes and metric labels. Everything that this product records under a name takes the name from
 * here, so that dashboards and trace tools have one list to rely on.
 */
export const attributes = {
  serviceName: 'service.name',
  serviceVersion: 'service.version',
  serviceInstanceId: 'service.instance.id',
  processPid: 'process.pid',

  rpcSystem: 'rpc.system',
  rpcService: 'rpc.service',
  rpcMethod: 'rpc.method',
  rpcStatusCode: 'rpc.grpc.status_code',

  searchName: 'gradsign.search.name',
  searchAlgorithm: 'gradsign.search.algorithm',
  trialNumber: 'gradsign.search.trial',
  trialAttempt: 'gradsign.search.trial.attempt',

  searchSpace: 'gradsign.search_space',
  architecture: 'gradsign.architecture',
  architectureCount: 'gradsign.architecture.count',

  proxy: 'gradsign.proxy',
  scoreSource: 'gradsign.score.source',
  batchDigest: 'gradsign.batch.digest',
  batchSize: 'gradsign.batch.size',
  seed: 'gradsign.seed',

  dataset: 'gradsign.dataset',
  split: 'gradsign.split',
  epochs: 'gradsign.epochs',
  benchmark: 'gradsign.benchmark',
  evaluationSource: 'gradsign.evaluation.source',

  engine: 'gradsign.engine',
  device: 'gradsign.device',
  graphNodes: 'gradsign.graph.nodes',

  taskKind: 'gradsign.task.kind',
  taskQueuedMs: 'gradsign.task.queued_ms',
  taskRunMs: 'gradsign.task.run_ms',
  workerPid: 'gradsign.worker.pid',
  workerExitReason: 'gradsign.worker.exit_reason',
} as const;

/** Names of metrics, in OpenTelemetry's spelling; Prometheus shows the dots as underscores. */
export const metricNames = {
  rpcDuration: 'rpc.server.duration',
  rpcRequests: 'rpc.server.requests',
  rpcActive: 'rpc.server.active_requests',

  scores: 'gradsign.scores',
  scoreDuration: 'gradsign.score.duration',
  evaluations: 'gradsign.evaluations',
  trials: 'gradsign.trials',
  activeSearches: 'gradsign.searches.active',

  poolQueued: 'gradsign.pool.queued',
  poolBusyWorkers: 'gradsign.pool.workers.busy',
  poolWorkerMemory: 'gradsign.pool.worker.memory',
  poolWorkerExits: 'gradsign.pool.worker.exits',
  poolTaskQueueTime: 'gradsign.pool.task.queue_time',
} as const;
