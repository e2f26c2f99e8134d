// Runs the conformance suite on an engine and a device, in child processes, so that a crash costs one case only:
// `node suite.js ENGINE DEVICE [OPERATOR,…]`. The operators are those that the engine may refuse; a refusal of any
// other, a difference, an error, a crash and a case that hangs are failures. Cases in which the device takes subnormal
// numbers for zero are counted apart.
'use strict';
const { fork } = require('node:child_process');
const { join } = require('node:path');
const { conformanceCases } = require('@gradsign/engine/conformance');

const [engine, device, refusable = ''] = process.argv.slice(2);
const HANGS_MS = 60_000;
const NO_ENGINE = 3;
const counts = { passed: 0, flushed: 0, refused: 0, failed: 0 };

function count({ name, outcome, detail }) {
  const allowed = outcome === 'refused' && refusable.split(',').includes(detail.op);
  const kind = outcome === 'refused' && !allowed ? 'failed' : outcome;
  counts[kind] += 1;
  if (kind !== 'passed') console.log(`${kind}: ${name}: ${detail.message}`);
}

/** Runs the cases from an index on, in one process. @returns the index after the last case that it came to */
function runFrom(first) {
  return new Promise((resolve) => {
    const child = fork(join(__dirname, 'cases.js'), [engine, device, String(first)]);
    let next = first;
    let timer;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => child.kill('SIGKILL'), HANGS_MS);
    };
    watch();
    child.on('message', (result) => {
      watch();
      count(result);
      next += 1;
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === NO_ENGINE) process.exit(1);
      if (next < conformanceCases.length) {
        const message = signal === 'SIGKILL' ? 'hangs or was killed' : `its process ends with ${signal ?? code}`;
        count({ name: conformanceCases[next].name, outcome: 'failed', detail: { message } });
        next += 1;
      }
      resolve(next);
    });
  });
}

async function main() {
  for (let next = 0; next < conformanceCases.length;) next = await runFrom(next);
  console.log(
    `${engine} on ${device}, ${conformanceCases.length} cases: ` +
      Object.entries(counts)
        .map(([kind, number]) => `${number} ${kind}`)
        .join(', '),
  );
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

void main();
