import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './paths';
import { bars } from './registry';
import { runBar } from './run-bar';

const USAGE = `npm run bars -- NAME… [--tenth] [--out DIR]    run bars; \`all\` runs every one
npm run bars -- --list                         list them

--tenth    a tenth of the size, with wider thresholds where they depend on the size
--out DIR  folder for the figures, one JSON file a bar (default out/bars)
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tenth: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      out: { type: 'string', default: join(ROOT, 'out', 'bars') },
    },
  });
  if (values.list) {
    for (const { name, description } of bars.values()) process.stdout.write(`${name}: ${description}\n`);
    return 0;
  }
  const names = positionals.includes('all') ? [...bars.keys()] : positionals;
  const unknown = names.filter((name) => !bars.has(name));
  if (names.length === 0 || unknown.length > 0) {
    const complaint = unknown.length > 0 ? `unknown: ${unknown.join(', ')}; ` : '';
    process.stderr.write(`${complaint}bars: ${[...bars.keys()].join(', ')}\n${USAGE}`);
    return 2;
  }
  let passed = true;
  for (const name of names) {
    passed = (await runBar(bars.get(name)!, { scale: values.tenth ? 0.1 : 1, out: values.out })) && passed;
  }
  return passed ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  },
);
