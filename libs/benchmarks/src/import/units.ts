import type { ImportUnit, SourceFinding, TrainingRecord } from './source';

/** What one element of a file gives. */
export interface Piece {
  /** Bytes of the file up to its end. */
  readonly end: number;
  readonly records: readonly TrainingRecord[];
  readonly findings: readonly SourceFinding[];
}

/** Gathers the pieces of a file into units of `size` pieces, and gives those from number `from` on. */
export async function* unitsOf(pieces: AsyncIterable<Piece>, size: number, from: number): AsyncGenerator<ImportUnit> {
  let unit = 0;
  let gathered: Piece[] = [];
  for await (const piece of pieces) {
    gathered.push(piece);
    if (gathered.length === size) {
      if (unit++ >= from) yield unitOf(gathered);
      gathered = [];
    }
  }
  if (gathered.length > 0 && unit >= from) yield unitOf(gathered);
}

function unitOf(pieces: readonly Piece[]): ImportUnit {
  const findings = pieces.flatMap((piece) => piece.findings);
  return {
    doneBytes: pieces.at(-1)!.end,
    records: pieces.flatMap((piece) => piece.records),
    ...(findings.length > 0 && { findings }),
  };
}
