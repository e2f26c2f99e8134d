// Child process of suite.js: runs the cases from an index on and sends each one's outcome.
'use strict';
const { compareTensors, conformanceCases, tolerances } = require('@gradsign/engine/conformance');
const { ReferenceEngine } = require('@gradsign/engine-reference');
const { engineOn } = require('./engine-on');

const [name, device, first] = process.argv.slice(2);
/** Exit status that says that no other process would get further. */
const NO_ENGINE = 3;

async function runOnce(engine, { graph, feeds }) {
  const session = await engine.load(graph);
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

async function differencesOf(engine, { graph, feeds }, expectedOf = feeds) {
  const expected = await runOnce(new ReferenceEngine(), { graph, feeds: expectedOf });
  const actual = await runOnce(engine, { graph, feeds });
  return Object.keys(expected).flatMap((output) => {
    const difference = compareTensors(actual[output], expected[output], tolerances[engine.precision]);
    return difference === undefined ? [] : [`output "${output}" ${difference}`];
  });
}

/** The feeds with subnormal float32 numbers as zero, which is what many devices take them for. */
function flushed(feeds) {
  const flush = (x) => (Math.abs(x) < 2 ** -126 ? 0 : x);
  return Object.fromEntries(
    Object.entries(feeds).map(([input, tensor]) => [
      input,
      tensor.dtype === 'float32' ? { ...tensor, data: tensor.data.map(flush) } : tensor,
    ]),
  );
}

async function outcomeOf(engine, conformanceCase) {
  const differences = await differencesOf(engine, conformanceCase);
  if (differences.length === 0) return { outcome: 'passed' };
  if ((await differencesOf(engine, conformanceCase, flushed(conformanceCase.feeds))).length === 0) {
    return { outcome: 'flushed', detail: { message: 'passes with subnormal numbers taken for zero' } };
  }
  return { outcome: 'failed', detail: { message: differences.join('; ') } };
}

async function main() {
  const engine = engineOn(name, device);
  for (const conformanceCase of conformanceCases.slice(Number(first))) {
    const result = await outcomeOf(engine, conformanceCase).catch((error) => {
      if (error.name === 'DeviceUnavailableError') throw error;
      const outcome = error.name === 'UnsupportedOperatorError' ? 'refused' : 'failed';
      return { outcome, detail: { message: error.message, op: error.op } };
    });
    await new Promise((resolve) => process.send({ name: conformanceCase.name, ...result }, resolve));
  }
  process.disconnect();
}

main().catch((error) => {
  console.error(error.message);
  process.exit(NO_ENGINE);
});
