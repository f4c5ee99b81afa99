import { emptyTally, type Checkpoint, type Standing, type Tally } from './checkpoint.js';
import type { RawRow } from './read-rows.js';
import { Refusals, type RefusedRow } from './refusals.js';
import type { Fate, RowWork } from './row-work.js';
import { Window } from './window.js';

/** After so many rows the import is noted. */
const SEGMENT = 10_000;
/** Rows that are under way together: enough to fill the ledger's batches. */
const UNDER_WAY = 1_200;

export interface Step {
  /** Rows settled, those of earlier runs included. */
  done: number;
  /** Bytes of the file that have been read. */
  bytes: number;
  tally: Tally;
  codes: Map<string, number>;
}

export interface ImportOptions {
  rows: AsyncIterator<RawRow>;
  work: RowWork;
  /** Absent in a dry run. */
  checkpoint?: Checkpoint;
  from: Standing;
  reportPath: string;
  onStep?: (step: Step) => void;
  segment?: number;
}

/** Reads over the rows that earlier runs have settled; gives the first row after them. */
async function firstAfter(rows: AsyncIterator<RawRow>, done: number): Promise<RawRow | undefined> {
  for (;;) {
    const next = await rows.next();
    if (next.done) return undefined;
    if (next.value.row >= done) return next.value;
  }
}

function count({ tally, codes }: Step, fates: Fate[]): RefusedRow[] {
  const refused = fates.filter((fate): fate is RefusedRow => typeof fate !== 'string');
  for (const fate of fates) tally[typeof fate === 'string' ? fate : 'refused'] += 1;
  for (const { code } of refused) codes.set(code, (codes.get(code) ?? 0) + 1);
  return refused;
}

interface Segment {
  fates: Fate[];
  bytes: number;
  /** The row that the next segment begins with. */
  next?: RawRow;
}

/** Settles up to `size` rows, the given one first. */
async function runSegment({ rows, work, from, segment: size = SEGMENT }: ImportOptions, first: RawRow): Promise<Segment> {
  const window = new Window(UNDER_WAY);
  const segment: Segment = { fates: [], bytes: first.bytes };
  let raw: RawRow | undefined = first;
  try {
    for (let at = 0; raw && at < size; at += 1) {
      const [row, place]: [RawRow, number] = [raw, at];
      await window.begin(async () => void (segment.fates[place] = await work.settle(row, row.row < from.reserved)));
      segment.bytes = row.bytes;
      const next: IteratorResult<RawRow> = await rows.next();
      raw = next.done ? undefined : next.value;
    }
  } finally {
    await window.settled();
  }
  return { ...segment, next: raw };
}

/**
 * Takes rows segment by segment: each row is settled before its segment is noted, refusals are on the disk before that,
 * and no row of the next segment begins before. So a run that is cut off leaves at most one segment in doubt, and the
 * next run looks up each row of it by its `request` before applying it.
 */
export async function importRows(options: ImportOptions): Promise<Step> {
  const { rows, checkpoint, from, reportPath, onStep, segment: size = SEGMENT } = options;
  const tally: Tally = { ...emptyTally(), applied: from.applied, late: from.late, unchanged: from.unchanged, refused: from.refused };
  const step: Step = { done: from.done, bytes: 0, tally, codes: new Map() };
  let first = await firstAfter(rows, from.done);
  const report = await Refusals.open(reportPath, first?.line ?? Infinity);
  try {
    while (first) {
      await checkpoint?.move({ ...tally, done: step.done, reserved: step.done + size, finished: false });
      const { fates, bytes, next } = await runSegment(options, first);
      await report.add(count(step, fates));
      step.done += fates.length;
      step.bytes = bytes;
      onStep?.(step);
      first = next;
    }
    await checkpoint?.move({ ...tally, done: step.done, reserved: step.done, finished: true });
    return step;
  } finally {
    await report.close();
  }
}
