/**
 * Names of span attributes and metric labels. Everything that this product records under a name takes the name from
 * here, so that dashboards and trace tools have one list to rely on.
 */
export const attributes = {
  SERVICE_NAME: 'service.name',
  SERVICE_VERSION: 'service.version',
  SERVICE_INSTANCE_ID: 'service.instance.id',
  PROCESS_PID: 'process.pid',

  RPC_SYSTEM: 'rpc.system',
  RPC_SERVICE: 'rpc.service',
  RPC_METHOD: 'rpc.method',
  RPC_STATUS_CODE: 'rpc.grpc.status_code',

  SEARCH_NAME: 'gradsign.search.name',
  SEARCH_ALGORITHM: 'gradsign.search.algorithm',
  TRIAL_NUMBER: 'gradsign.search.trial',
  TRIAL_ATTEMPT: 'gradsign.search.trial.attempt',

  SEARCH_SPACE: 'gradsign.search_space',
  ARCHITECTURE: 'gradsign.architecture',
  ARCHITECTURE_COUNT: 'gradsign.architecture.count',

  PROXY: 'gradsign.proxy',
  SCORE_SOURCE: 'gradsign.score.source',
  BATCH_DIGEST: 'gradsign.batch.digest',
  BATCH_SIZE: 'gradsign.batch.size',
  SEED: 'gradsign.seed',

  DATASET: 'gradsign.dataset',
  SPLIT: 'gradsign.split',
  EPOCHS: 'gradsign.epochs',
  BENCHMARK: 'gradsign.benchmark',
  EVALUATION_SOURCE: 'gradsign.evaluation.source',

  ENGINE: 'gradsign.engine',
  DEVICE: 'gradsign.device',
  GRAPH_NODES: 'gradsign.graph.nodes',

  TASK_KIND: 'gradsign.task.kind',
  TASK_QUEUED_MS: 'gradsign.task.queued_ms',
  TASK_RUN_MS: 'gradsign.task.run_ms',
  WORKER_PID: 'gradsign.worker.pid',
  WORKER_EXIT_REASON: 'gradsign.worker.exit_reason',
} as const;

/** Names of metrics, in OpenTelemetry's spelling; Prometheus shows the dots as underscores. */
export const metricNames = {
  RPC_DURATION: 'rpc.server.duration',
  RPC_REQUESTS: 'rpc.server.requests',
  RPC_ACTIVE: 'rpc.server.active_requests',

  SCORES: 'gradsign.scores',
  SCORE_DURATION: 'gradsign.score.duration',
  EVALUATIONS: 'gradsign.evaluations',
  TRIALS: 'gradsign.trials',
  ACTIVE_SEARCHES: 'gradsign.searches.active',

  POOL_QUEUED: 'gradsign.pool.queued',
  POOL_BUSY_WORKERS: 'gradsign.pool.workers.busy',
  POOL_WORKER_MEMORY: 'gradsign.pool.worker.memory',
  POOL_WORKER_EXITS: 'gradsign.pool.worker.exits',
  POOL_TASK_QUEUE_TIME: 'gradsign.pool.task.queue_time',
} as const;
