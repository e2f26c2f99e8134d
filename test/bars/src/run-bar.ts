import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Skipped, type Bar, type Check } from './bar';
import { circumstances } from './machine';

/** Runs a bar, prints its checks, and writes `<name>.json` to a folder. Returns whether nothing failed. */
export async function runBar(bar: Bar, { scale, out }: { scale: number; out: string }): Promise<boolean> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  say(`${bar.name}: ${bar.description}`);
  const folder = mkdtempSync(join(tmpdir(), 'gradsign-bar-'));
  const started = performance.now();
  mkdirSync(out, { recursive: true });
  try {
    const { checks, figures } = await bar.run({ scale, folder, out, log: (line) => say(`  ${line}`) });
    const passed = checks.every((check) => check.passed);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    const file = join(out, `${bar.name}.json`);
    const { name, description } = bar;
    const result = { name, description, passed, scale, seconds, checks, ...circumstances(), figures };
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    for (const check of checks) say(`  ${verdict(check)}`);
    say(`${bar.name}: ${passed ? 'passed' : 'failed'} in ${seconds} s; figures in ${file}`);
    return passed;
  } catch (error) {
    if (!(error instanceof Skipped)) throw error;
    say(`${bar.name}: skipped, ${error.message}`);
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function verdict({ what, value, threshold, passed }: Check): string {
  return `${passed ? 'passed' : 'FAILED'}: ${what}: ${Number(value.toPrecision(4))} (${threshold})`;
}
