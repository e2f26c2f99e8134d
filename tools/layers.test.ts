import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..');
const cruise = join(root, 'node_modules/.bin/depcruise');

/** A checkout with the real rules and one file a package. */
function plant(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'gradsign-layers-'));
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.cruise.json', 'tsconfig.base.json', 'package.json']) {
    cpSync(join(root, name), join(dir, name), { recursive: true });
  }
  for (const folder of ['libs', 'services']) mkdirSync(join(dir, folder));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

function violations(files: Record<string, string>): string {
  const dir = plant(files);
  try {
    const { stdout, stderr, status } = spawnSync(cruise, ['--config', '.dependency-cruiser.cjs', 'libs', 'services'], {
      cwd: dir,
      encoding: 'utf8',
    });
    return status === 0 ? '' : stdout + stderr;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test('downward imports are allowed', () => {
  expect(
    violations({
      'libs/onnx/src/index.ts': 'export const graph = 1;\n',
      'libs/scoring/src/index.ts': "import { graph } from '@gradsign/onnx';\nexport const score = graph;\n",
      'services/scorer/src/index.ts': "import { score } from '@gradsign/scoring';\nexport const served = score;\n",
    }),
  ).toBe('');
});

test.each([
  ['an upward import', '@gradsign/scoring', 'libs/scoring/src/index.ts', 'layer-core:libs/onnx'],
  ['an unlisted import inside a layer', '@gradsign/random', 'libs/random/src/index.ts', 'layer-core:libs/onnx'],
  ['contracts in the core', '@gradsign/contracts', 'libs/contracts/src/index.ts', 'contracts-only-at-the-edge'],
])('%s is a violation', (_what, specifier, target, rule) => {
  const found = violations({
    [target]: 'export const thing = 1;\n',
    'libs/onnx/src/index.ts': `import { thing } from '${specifier}';\nexport const planted = thing;\n`,
  });
  expect(found).toContain(rule);
});

test('files, processes and cycles in the core are violations', () => {
  const found = violations({
    'libs/onnx/src/a.ts':
      "import { b } from './b';\nimport { readFileSync } from 'node:fs';\nexport const a = [b, readFileSync];\n",
    'libs/onnx/src/b.ts': "import { a } from './a';\nexport const b = () => a;\n",
  });
  expect(found).toContain('core-is-pure');
  expect(found).toContain('no-cycles');
});
