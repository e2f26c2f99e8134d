// Compares GradSign of small NAS-Bench-201 networks with the reference engine's: `node gradsign.js ENGINE DEVICE
// [NETWORKS]`. It fails where a score differs by more than a thousandth, which is what a ReLU input next to zero makes.
'use strict';
const { sampleBatch } = require('@gradsign/dataset');
const { openDataset } = require('@gradsign/datasets');
const { ReferenceEngine } = require('@gradsign/engine-reference');
const { evaluateProxies } = require('@gradsign/scoring');
const { searchSpace } = require('@gradsign/search-spaces');
const { engineOn } = require('./engine-on');

const ARCHITECTURES = [
  '|nor_conv_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|nor_conv_1x1~0|none~1|nor_conv_3x3~2|',
  '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|none~0|nor_conv_3x3~1|nor_conv_1x1~2|',
  '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|avg_pool_3x3~2|',
];
const TOLERANCE = 1e-3;

const [name, device, networks = '1'] = process.argv.slice(2);
const space = searchSpace('nas-bench-201');
const dataset = openDataset('noise:cifar10');
const batch = sampleBatch(dataset, { split: 'train', size: 4, seed: 42 });

async function scoreOn(engine, architecture) {
  const network = space.network(space.parse(architecture), { ...dataset, channels: 4, cellsPerStage: 1 });
  const options = { engine, network, architecture, proxies: ['gradsign'], batch, seed: 42, initializations: 1 };
  const [{ value }] = await evaluateProxies(options);
  return value;
}

async function main() {
  const engine = engineOn(name, device);
  for (const architecture of ARCHITECTURES.slice(0, Number(networks))) {
    const [value, expected] = [await scoreOn(engine, architecture), await scoreOn(new ReferenceEngine(), architecture)];
    const same = Math.abs(value / expected - 1) <= TOLERANCE;
    console.log(`${same ? 'passed' : 'failed'}: gradsign ${value}, reference ${expected}: ${architecture}`);
    if (!same) process.exitCode = 1;
  }
}

void main();
