/**
 * The layers of the code base, highest first. A package may use packages of its own layer only where
 * `sameLayer` lists the edge, and packages of any layer above it, never below.
 */
const layers = {
  contract: ['libs/contracts'],
  core: [
    'libs/random',
    'libs/statistics',
    'libs/onnx',
    'libs/network',
    'libs/models',
    'libs/autodiff',
    'libs/search-spaces',
    'libs/proxies',
    'libs/algorithms',
  ],
  ports: ['libs/engine', 'libs/dataset'],
  adapters: [
    'libs/engine-reference',
    'libs/engine-onnxruntime',
    'libs/engine-tensorflow',
    'libs/compute-pool',
    'libs/datasets',
    'libs/training',
    'libs/benchmarks',
    'libs/score-tables',
    'libs/service-kit',
    'libs/client',
    'libs/telemetry',
    'libs/report',
  ],
  application: ['libs/requests', 'libs/embedded-benchmark', 'libs/scoring', 'libs/oracle', 'libs/searching'],
  front: ['libs/cli', 'services/benchmark-oracle', 'services/scorer', 'services/searcher'],
};

/** Edges inside a layer: package -> packages of the same layer that it may use. */
const sameLayer = {
  'libs/statistics': ['libs/random'],
  'libs/autodiff': ['libs/onnx'],
  'libs/network': ['libs/onnx', 'libs/random'],
  'libs/models': ['libs/network', 'libs/onnx'],
  'libs/search-spaces': ['libs/network', 'libs/onnx', 'libs/random'],
  'libs/proxies': ['libs/autodiff', 'libs/network', 'libs/onnx', 'libs/random', 'libs/statistics'],
  'libs/algorithms': ['libs/random', 'libs/search-spaces'],
  'libs/compute-pool': ['libs/telemetry'],
  'libs/datasets': ['libs/compute-pool'],
  'libs/service-kit': ['libs/telemetry'],
  'libs/scoring': ['libs/requests'],
  'libs/oracle': ['libs/embedded-benchmark', 'libs/requests'],
  'libs/searching': ['libs/requests'],
};

/** The generated contracts are for packages that speak gRPC; the core and the ports do not. */
const withoutContracts = [...layers.core, ...layers.ports];

const folder = (p) => `^${p}/`;
const names = Object.keys(layers);
const forbidden = [
  {
    name: 'no-cycles',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  {
    name: 'contracts-only-at-the-edge',
    severity: 'error',
    from: { path: withoutContracts.map(folder) },
    to: { path: folder('libs/contracts') },
  },
  {
    name: 'core-is-pure',
    comment: 'The core has no files, no network, no processes, no clock of its own.',
    severity: 'error',
    from: { path: [...layers.core, ...layers.ports].map(folder), pathNot: '\\.test\\.ts$' },
    to: { dependencyTypes: ['core'], pathNot: '^(crypto|node:crypto)$' },
  },
  ...names.flatMap((layer, i) =>
    layers[layer].map((pkg) => {
      const above = names.slice(0, i).flatMap((l) => layers[l]);
      const allowed = [pkg, ...above, ...(sameLayer[pkg] ?? [])];
      return {
        name: `layer-${layer}:${pkg}`,
        severity: 'error',
        from: { path: folder(pkg), pathNot: '\\.test\\.ts$' },
        to: { path: '^(libs|services)/', pathNot: allowed.map(folder) },
      };
    }),
  ),
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/', '/gen/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.cruise.json' },
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'node', 'default'] },
  },
};
