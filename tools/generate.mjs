// Generates TypeScript and descriptors from proto/ and third_party/proto/ into the given folder (default: here).
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const buf = resolve('node_modules/.bin/buf');

export function generate(out) {
  const run = (...args) => execFileSync(buf, args, { stdio: 'inherit' });
  run('generate', '-o', out);
  run('generate', '--template', 'buf.gen.onnx.yaml', '-o', out);
  mkdirSync(join(out, 'libs/contracts'), { recursive: true });
  run('build', 'proto', '--as-file-descriptor-set', '-o', join(out, 'libs/contracts/descriptors.binpb'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generate('.');
