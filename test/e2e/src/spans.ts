import { join } from 'node:path';
import { readSpanFile, type SpanLine } from '@gradsign/telemetry';
import type { ServiceName } from './product';

const SERVICES: readonly ServiceName[] = ['searcher', 'scorer', 'benchmark-oracle'];

/** All spans that the services of `gradsign serve` have written; complete when they have stopped. */
export async function readSpans(home: string): Promise<SpanLine[]> {
  const spans: SpanLine[] = [];
  for (const name of SERVICES) {
    for await (const span of readSpanFile(join(home, 'spans', `${name}.jsonl`))) spans.push(span);
  }
  return spans;
}

/** A span as a test reads it: the service, the kind unless it is internal, and the name without its packages. */
export function label({ service, kind, name }: SpanLine): string {
  return [service, ...(kind === 'internal' ? [] : [kind]), name.replace(/^.*\//, '')].join(' ');
}

/** The paths of labels from a span down to all spans below it, each once. */
export function pathsBelow(root: SpanLine, spans: readonly SpanLine[]): Set<string> {
  const paths = new Set<string>();
  const descend = (span: SpanLine, above: string) => {
    const path = above === '' ? label(span) : `${above} > ${label(span)}`;
    paths.add(path);
    for (const child of spans) if (child.parentSpanId === span.spanId) descend(child, path);
  };
  descend(root, '');
  return paths;
}
