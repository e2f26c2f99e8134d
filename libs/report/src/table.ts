/** An aligned text table: numbers to the right, text to the left; the columns are the first row's keys and later ones. */
export function table(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => columns.map((column) => String(row[column] ?? '')));
  const widths = columns.map((column, i) => Math.max(column.length, ...cells.map((line) => line[i].length)));
  const numeric = columns.map((_, i) => cells.every((line) => line[i] === '' || Number.isFinite(Number(line[i]))));
  const format = (line: readonly string[]) =>
    line
      .map((cell, i) => (numeric[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  return [format(columns), ...cells.map(format)].join('\n');
}
