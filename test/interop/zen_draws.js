/**
 * Writes what the proxy zen draws for a NAS-Bench-201 network, so that another implementation can be run on it:
 * `node zen_draws.js ARCHITECTURE SEED CHANNELS CELLS_PER_STAGE FILE`. Prints one JSON line a tensor,
 * {"repeat","name","shape","offset"}; FILE gets the numbers, float32, at these offsets (in elements). The two batches
 * are named `images` and `perturbed`, the others by the parameter's path.
 */
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

const libs = join(__dirname, '../../libs');
const { searchSpace } = require(join(libs, 'search-spaces'));
const { zenDraws } = require(join(libs, 'proxies/dist/zen.js'));

const REPEATS = 32;
const [architecture, seed, channels, cellsPerStage, file] = process.argv.slice(2);
const space = searchSpace('nas-bench-201');
const network = space.network(space.parse(architecture), {
  imageShape: [3, 32, 32],
  classes: 10,
  channels: Number(channels),
  cellsPerStage: Number(cellsPerStage),
});
const parts = [];
let offset = 0;
for (let repeat = 0; repeat < REPEATS; repeat++) {
  const { weights, images, perturbed } = zenDraws(network, network, { seed: BigInt(seed), initialization: 0, repeat });
  for (const [name, { shape, data }] of [...weights, ['images', images], ['perturbed', perturbed]]) {
    console.log(JSON.stringify({ repeat, name, shape, offset }));
    parts.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    offset += data.length;
  }
}
writeFileSync(file, Buffer.concat(parts));
