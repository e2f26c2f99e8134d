import { RecordBatchFileWriter, Table, tableFromArrays, vectorFromArray, type Vector } from 'apache-arrow';

export type Columns = Readonly<Record<string, Vector | readonly unknown[]>>;

/** An Arrow file with these columns, in a record batch for each of `batches`. */
export function arrowFile(...batches: readonly Columns[]): Uint8Array {
  const tables = batches.map(
    (columns) =>
      new Table(
        Object.fromEntries(
          Object.entries(columns).map(([name, values]) => [
            name,
            Array.isArray(values) ? vectorFromArray(values) : (values as Vector),
          ]),
        ),
      ),
  );
  const [first, ...others] = tables;
  const all = others.reduce((joined, table) => joined.concat(table), first ?? tableFromArrays({}));
  return RecordBatchFileWriter.writeAll(all).toUint8Array(true);
}
