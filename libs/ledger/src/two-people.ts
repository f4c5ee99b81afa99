import type { Pool } from 'pg';
import { closeMerged, foldWhole, releasePart, reopenPart, sidesOf, takeMerged, type Whole } from '#consent';
import type { Actor, LedgerEvent } from '#contracts';
import { Refusal, type Entry, type View } from './call.js';
import type { DefinedPurpose } from './catalogue.js';
import type { Ledger } from './ledger.js';
import { personCall, streamsOf, type PersonCall } from './person-call.js';

/** What merging and splitting needs. */
export interface TwoPeople {
  pool: Pool;
  ledger: number;
  appender: Ledger;
  /** The purposes of people. */
  purposes: DefinedPurpose[];
}

/** Who asked for it, and by which request; a first half may keep its events under an idempotency key. */
interface Half {
  request: string;
  actor: Actor;
  idempotency?: PersonCall['idempotency'];
}

const EVENTS = 'SELECT bytes FROM events WHERE ledger = $1 AND person = $2 ORDER BY seq';
const IDENTIFIERS = 'SELECT id FROM identifiers WHERE ledger = $1 AND person = $2';

async function eventsOf({ pool, ledger }: TwoPeople, person: string): Promise<LedgerEvent[]> {
  const { rows } = await pool.query<{ bytes: Buffer }>(EVENTS, [ledger, person]);
  return rows.map(({ bytes }) => JSON.parse(bytes.toString('utf8')) as LedgerEvent);
}

/** Writes one half. `request` makes it happen once, however often it is tried. */
async function write({ appender, purposes }: TwoPeople, person: string, half: Half, decide: (view: View) => Entry[]): Promise<LedgerEvent[]> {
  return appender.append(personCall({ ...half, holder: { person, kind: 'person' }, purposes, decide }), { recheck: true });
}

const factOf = ({ fact }: LedgerEvent): { other: string; role: string } => fact as { other: string; role: string };

/**
 * Merges a person into another one, first half: ends what was allowed under his id; from then on his id and his identifiers
 * lead to the other. Gives his events; the last is `person-merged`, which the second half names as its cause.
 */
export async function mergeFrom(two: TwoPeople, { person, into, ...half }: Half & { person: string; into: string }): Promise<LedgerEvent[]> {
  return write(two, person, half, (view) => {
    if (view.person.erased) throw new Refusal(410, 'person_erased', 'this person was erased');
    if (view.person.mergedInto !== undefined) throw new Refusal(409, 'person_merged', 'this person was merged already', { into: view.person.mergedInto });
    return closeMerged(into, view.person, streamsOf(view, two.purposes), view.recordedAt);
  });
}

/** The part as he was before the merge that `merged` completed. */
async function before(two: TwoPeople, merged: LedgerEvent): Promise<Whole> {
  const events = await eventsOf(two, merged.person);
  return foldWhole(events.filter((event) => event.request !== merged.request && event.seq < merged.seq));
}

/** Second half of a merge; done again it changes nothing. */
export async function mergeInto(two: TwoPeople, merged: LedgerEvent): Promise<LedgerEvent[]> {
  const { other: into } = factOf(merged);
  const from = await before(two, merged);
  return write(two, into, { request: merged.event, actor: merged.actor }, (view) => takeMerged({ other: merged.person, cause: merged.event, from }, view.person, streamsOf(view, two.purposes), view.recordedAt));
}

async function histories(two: TwoPeople, part: string, whole: string): Promise<NonNullable<ReturnType<typeof sidesOf>>> {
  const { rows } = await two.pool.query<{ id: string }>(IDENTIFIERS, [two.ledger, part]);
  const sides = sidesOf({ part: await eventsOf(two, part), whole: await eventsOf(two, whole), identifiers: new Set(rows.map(({ id }) => id)) });
  if (!sides) throw new Refusal(409, 'person_not_merged', 'this person was not merged into anybody');
  return sides;
}

/** Splits a merged person off again, first half: he is himself, with what was his before and what came by his identifiers since. */
export async function splitFrom(two: TwoPeople, { person, ...half }: Half & { person: string }): Promise<LedgerEvent[]> {
  const { mergedInto: whole } = foldWhole(await eventsOf(two, person)).person;
  if (whole === undefined) throw new Refusal(409, 'person_not_merged', 'this person was not merged into anybody');
  const { part } = await histories(two, person, whole);
  return write(two, person, half, (view) => reopenPart(whole, part, view.person, streamsOf(view, two.purposes), view.recordedAt));
}

/** Second half of a split; done again it changes nothing. */
export async function splitOff(two: TwoPeople, split: LedgerEvent): Promise<LedgerEvent[]> {
  const { other } = factOf(split);
  const { whole: side } = await histories(two, split.person, other);
  return write(two, other, { request: split.event, actor: split.actor }, (view) => releasePart({ other: split.person, cause: split.event, side }, view.person, streamsOf(view, two.purposes), view.recordedAt));
}
