import { chunksOf, type SourceFile } from '../source-file';
import { JsonSplitter, type Depths, type JsonElement } from './splitter';

/**
 * The elements of a JSON file.
 * @throws ImportError with the offset of what is not JSON
 */
export async function* jsonElements(
  file: SourceFile,
  depths: Depths,
  signal?: AbortSignal,
): AsyncGenerator<JsonElement> {
  const splitter = new JsonSplitter(file.name, depths);
  for await (const chunk of chunksOf(file, signal)) yield* splitter.push(chunk);
  splitter.end();
}

/** The value as an object, or undefined. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
