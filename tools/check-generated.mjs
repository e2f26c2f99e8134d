// Generates all code into an empty folder and compares it with what is committed.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from './generate.mjs';

const out = mkdtempSync(join(tmpdir(), 'gradsign-generated-'));
try {
  generate(out);
  const differences = ['libs/contracts/src/gen', 'libs/onnx/src/gen'].flatMap(compareFolders);
  if (
    !readFileSync('libs/contracts/descriptors.binpb').equals(
      readFileSync(join(out, 'libs/contracts/descriptors.binpb')),
    )
  ) {
    differences.push('libs/contracts/descriptors.binpb');
  }
  if (differences.length > 0) {
    console.error(
      `Generated code differs from proto/ (run \`npm run generate\` and commit):\n  ${differences.join('\n  ')}`,
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}

function compareFolders(folder) {
  const list = (root) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile())
      .map((e) => join(e.parentPath, e.name).slice(root.length ? root.length + 1 : 0));
  const files = new Set([...list('.').map((f) => f.replace(/^\.\//, '')), ...list(out)]);
  const read = (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  };
  return [...files].filter((file) => read(file) !== read(join(out, file)));
}
