import { Checkpoint, emptyTally, type Standing } from './checkpoint.js';
import { identityOf, mappingHash } from './file-identity.js';
import { importRows, type Step } from './import-rows.js';
import { columnOf, type Mapping } from './mapping.js';
import { readRows, type RawRow } from './read-rows.js';
import { OwnWork, type RowWork, type RowWorkOptions } from './row-work.js';
import { catalogueOf, type Target } from './target.js';
import { ThreadedWork } from './threads.js';

export interface ImportFile {
  path: string;
  mapping: Mapping;
  /** The system whose records these are: the actor of every event. Never taken from the file. */
  system: string;
  /** Who started it, for the note of the import. */
  by: string;
  reportPath: string;
  dryRun?: boolean;
  /** Goes through a file that is through already once more: what was applied stays, what was refused is tried again. */
  again?: boolean;
  mayLink?: boolean;
  /** Threads of its own that connect to `url`, and read the keyring and the log at their paths themselves, so that they follow their changes; without them the rows are settled here, over the target's pool. */
  threads?: { url: string; count: number; keyring: string; log: string };
  /** Rows after which the import is noted (10,000). */
  segment?: number;
  onStep?: (step: Step) => void;
}

export interface ImportResult extends Step {
  /** The row with which this run began. */
  from: number;
  /** The file was through already: nothing was done. */
  finishedBefore: boolean;
}

const START: Standing = { ...emptyTally(), done: 0, reserved: 0, finished: false };

function workOf(target: Target, { threads }: ImportFile, options: RowWorkOptions): RowWork {
  if (!threads) return new OwnWork(target, options);
  const { catalogue: _readByEach, ...rest } = options;
  return new ThreadedWork({ ...rest, ledger: target.ledger, keyring: threads.keyring, log: threads.log, url: threads.url }, threads.count);
}

/** The purpose that all rows are of; empty where the file has a column for it, whatever stands for its empty cells. */
const purposeOf = (mapping: Mapping, first: IteratorResult<RawRow, unknown>): string =>
  (first.done !== true && columnOf(mapping, 'purpose') in (first.value.cells ?? {})) ? '' : (mapping.constants?.purpose ?? '');

/**
 * Imports a file. Promises: no row is applied twice for one purpose, by this run or any later one of the same file; a run that is
 * cut off is gone on with by running it again with the same mapping; a row that cannot be taken is reported and stops no other. Throws ImportProblem
 * where the file, its mapping or the ledger cannot be used, Unavailable where the database stays away; then too it can be
 * run again.
 */
export async function importFile(target: Target, file: ImportFile): Promise<ImportResult> {
  const { dryRun = false, mayLink = false, path, mapping, system } = file;
  const catalogue = await catalogueOf(target);
  const key = Buffer.from(target.keyring.idempotency, 'base64');
  const identity = await identityOf(path, key);
  const rows = readRows(path, mapping);
  const first = await rows.next();
  const checkpoint = dryRun ? undefined : new Checkpoint(target, { identity, purpose: purposeOf(mapping, first), mapping: mappingHash({ mapping, system }, key) });
  const from = (await checkpoint?.begin(file)) ?? START;
  if (from.finished) {
    await rows.return(undefined);
    return { done: from.done, bytes: 0, tally: from, codes: new Map(), from: from.done, finishedBefore: true };
  }
  const work = workOf(target, file, { identity, mapping, catalogue, system, mayLink, dryRun });
  try {
    const step = await importRows({ ...file, rows: startingWith(first, rows), work, checkpoint, from });
    return { ...step, from: from.done, finishedBefore: false };
  } finally {
    await work.close();
  }
}

/** The rows with the one that was read already, to see whether the file can be read at all before anything is noted. */
async function* startingWith<T>(first: IteratorResult<T>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}
