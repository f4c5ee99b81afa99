import { setTimeout as pause } from 'node:timers/promises';
import { callOf, changeConsent, holdersOf, nowMicros, Refusal, timeText, Unavailable, type Change, type Finder, type Ledger, type Unit } from '#ledger';
import { emptyStream, isOnlyRecorded, type Draft, type PersonState, type Stream } from '#consent';
import type { Identifier } from '#vault';
import type { RowChange } from './change-of-row.js';
import { RowRefused } from './understand-row.js';
import { takenBefore, type WrittenBefore } from './written-before.js';

export type Outcome = 'applied' | 'late' | 'unchanged';

/** A row ready to be written, and whom it is about. */
export interface ReadyRow {
  request: string;
  /** The request that an earlier version gave it. */
  formerRequest: string;
  identifiers: Identifier[];
  /** By the catalogue as it stands when it is asked. Throws RowRefused. */
  change(): Promise<RowChange>;
  /** An earlier run may have written it. */
  recheck: boolean;
}

export interface Doors {
  finder: Finder;
  /** Whether identifiers that nobody has are added to the person found by another one of the same row. */
  mayLink: boolean;
  written: WrittenBefore;
}

const PATIENCE_MS = 60_000;
const PAUSE_MS = 250;

async function prepared({ finder, mayLink }: Doors, { request, identifiers, change }: ReadyRow): Promise<Change> {
  return { request, ...(await change()), ...(await holdersOf(finder, { identifiers }, mayLink)) };
}

async function settledBefore(doors: Doors, row: ReadyRow): Promise<Outcome | undefined> {
  const { request, formerRequest } = row;
  const change = await prepared(doors, row);
  return takenBefore(doors.written, change.people.map(({ person }) => person), { request, formerRequest, change });
}

/** What the ledger refused is the row's refusal; anything else goes on up. */
function asRowRefused(error: unknown): unknown {
  return error instanceof Refusal ? new RowRefused(error.code, error.message) : error;
}

/**
 * Writes one row through the one door, once, however often it is tried: its `request` is its own for ever. While the
 * database is away it waits, a minute at most, then throws Unavailable.
 */
export async function applyRow(ledger: Ledger, doors: Doors, row: ReadyRow): Promise<Outcome> {
  const end = performance.now() + PATIENCE_MS;
  for (let { recheck } = row; ; recheck = true) {
    try {
      const before = recheck ? await settledBefore(doors, row) : undefined;
      if (before) return before;
      const answer = await changeConsent(ledger, () => prepared(doors, row), { recheck });
      if (!answer.written) return 'unchanged';
      return answer.decisions.some((decision) => decision.code === 'late') ? 'late' : 'applied';
    } catch (error) {
      if (!(error instanceof Unavailable) || performance.now() > end) throw asRowRefused(error);
      await pause(PAUSE_MS);
    }
  }
}

/** What a dry run asks the tables. */
export interface StandsNow {
  stream(person: string, purpose: string): Promise<Stream | undefined>;
  person(person: string): Promise<PersonState>;
}

async function wouldDo(unit: Unit, now: StandsNow): Promise<Draft[]> {
  const { person: id } = unit.holder;
  const streams = new Map<string, Stream>();
  for (const purpose of unit.purposes) streams.set(purpose.id, (await now.stream(id, purpose.id)) ?? emptyStream(purpose));
  const person = await now.person(id);
  const entries = unit.decide({ recordedAt: timeText(nowMicros()), seq: 0, person, stream: (purpose) => streams.get(purpose.id) ?? emptyStream(purpose) });
  return entries.map(({ draft }) => draft);
}

/** What would become of one row now, on its own: nothing is written, and rows before it are not counted in. */
export async function tryRow(now: StandsNow, doors: Doors, row: ReadyRow): Promise<Outcome> {
  try {
    const { units } = callOf(await prepared(doors, row));
    const drafts = (await Promise.all(units.map((unit) => wouldDo(unit, now)))).flat();
    if (drafts.length === 0) return 'unchanged';
    return drafts.every(isOnlyRecorded) ? 'late' : 'applied';
  } catch (error) {
    throw asRowRefused(error);
  }
}
