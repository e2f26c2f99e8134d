import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..');

/** Runs `buf breaking` on a copy of the contracts after `change`, against the last release. */
function breaking(change: (text: string) => string): { status: number | null; output: string } {
  const dir = mkdtempSync(join(tmpdir(), 'gradsign-breaking-'));
  try {
    for (const name of ['proto', 'third_party/proto', 'buf.yaml']) {
      cpSync(join(root, name), join(dir, name), { recursive: true });
    }
    const file = join(dir, 'proto/gradsign/scorer/v1/scorer.proto');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    const run = spawnSync(
      join(root, 'node_modules/.bin/buf'),
      ['breaking', 'proto', '--against', 'proto/released.binpb'],
      {
        cwd: dir,
        encoding: 'utf8',
      },
    );
    return { status: run.status, output: run.stdout + run.stderr };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test('the contracts do not break the last release', () => {
  expect(breaking((text) => text)).toEqual({ status: 0, output: '' });
});

test('a field that changes its type is found', () => {
  const { status, output } = breaking((text) => text.replace('int64 weights = 10;', 'string weights = 10;'));
  expect(status).not.toBe(0);
  expect(output).toContain('"weights"');
});

test('a removed method is found', () => {
  const { status, output } = breaking((text) =>
    text.replace('rpc DescribeScorer(DescribeScorerRequest) returns (DescribeScorerResponse);', ''),
  );
  expect(status).not.toBe(0);
  expect(output).toContain('DescribeScorer');
});
