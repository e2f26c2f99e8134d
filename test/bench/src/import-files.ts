import { closeSync, openSync, writeSync } from 'node:fs';
import { nb101Data, ndsRecord, tfRecord, trainingsOf } from '@gradsign/benchmarks/testing';
import { Random, Stream } from '@gradsign/random';
import { nasBench101, searchSpace } from '@gradsign/search-spaces';

/** Pieces that are written at once. */
const BATCH = 4096;

/**
 * A file like NAS-Bench-101's: its first cells with their own hashes, three trainings of each for each number of
 * epochs, records of about the published length.
 */
export function writeNb101(path: string, cells: number, epochs: readonly number[]): void {
  write(path, function* () {
    let left = cells;
    for (const cell of nasBench101.enumerate!()) {
      if (left-- === 0) return;
      for (const training of trainingsOf(cell, epochs)) yield tfRecord(nb101Data(training));
    }
  });
}

/** A file like `DARTS.json` of NDS: random networks, each with curves of 100 epochs. */
export function writeNds(path: string, networks: number): void {
  const space = searchSpace('nds-darts');
  const random = new Random(Stream.of(1, 'bench'));
  write(path, function* () {
    for (let i = 0; i < networks; i++) {
      yield Buffer.from(`${i === 0 ? '[' : ', '}${JSON.stringify(ndsRecord(space, space.sample(random)))}`);
    }
    yield Buffer.from(']');
  });
}

function write(path: string, pieces: () => Iterable<Buffer>): void {
  const file = openSync(path, 'w');
  try {
    let batch: Buffer[] = [];
    for (const piece of pieces()) {
      if (batch.push(piece) === BATCH) {
        writeSync(file, Buffer.concat(batch));
        batch = [];
      }
    }
    writeSync(file, Buffer.concat(batch));
  } finally {
    closeSync(file);
  }
}
