import type { Pool } from 'pg';
import { beforeMerge, closeMerged, mergedInto, releasePart, reopenPart, settlePart, sidesOf, takeMerged, wholeAt, type Publication, type Relative, type Sides, type Stream, type Whole } from '#consent';
import { WHOLE_PERSON, type Actor, type LedgerEvent } from '#contracts';
import { asRead, demandAsRead } from './as-read.js';
import { MovedOn, Refusal, type Entry, type Unit, type View } from './call.js';
import type { DefinedPurpose } from './catalogue.js';
import type { Ledger } from './ledger.js';
import { personCall, streamsOf, type PersonCall } from './person-call.js';

/** What merging and splitting needs. */
export interface TwoPeople {
  pool: Pool;
  ledger: number;
  appender: Ledger;
  /** All purposes: of those that belong to devices a person's own "no" moves along. */
  purposes: DefinedPurpose[];
  /** Versions of notices: a consent whose text was replaced moves to nobody, and comes back to nobody. */
  publications: readonly Publication[];
}

/** Who asked for it, and by which request; a first half may keep its events under an idempotency key. */
interface Half {
  request: string;
  actor: Actor;
  idempotency?: PersonCall['idempotency'];
}

/** A split as it is asked for. `undoes`: it takes back a merge that made a circle, wherever the other one leads. */
type Splitting = Half & { person: string; undoes?: true };

const EVENTS = 'SELECT bytes FROM events WHERE ledger = $1 AND person = $2 ORDER BY seq';
const IDENTIFIERS = 'SELECT id FROM identifiers WHERE ledger = $1 AND person = $2';

async function eventsOf({ pool, ledger }: TwoPeople, person: string): Promise<LedgerEvent[]> {
  const { rows } = await pool.query<{ bytes: Buffer }>(EVENTS, [ledger, person]);
  return rows.map(({ bytes }) => JSON.parse(bytes.toString('utf8')) as LedgerEvent);
}

/** Writes one half. `request` makes it happen once, however often it is tried. `guards`: what must hold for others meanwhile. */
async function write({ appender, purposes }: TwoPeople, person: string, half: Half, decide: (view: View) => Entry[], guards: Unit[] = []): Promise<LedgerEvent[]> {
  const call = personCall({ ...half, holder: { person, kind: 'person' }, purposes, decide });
  return appender.append({ ...call, units: [...call.units, ...guards] }, { recheck: true });
}

/**
 * Whoever was merged on himself gives nobody back: what came of the part lies further on, and is sorted where that one is split
 * off. Neither does whoever was erased: the part goes with him.
 */
function whileWhole(person: string, actor: Actor): Unit {
  const decide = (view: View): Entry[] => {
    const { mergedInto: into, erased } = view.person;
    if (erased) throw new Refusal(410, 'person_erased', 'the one whom this person was merged into was erased; this person is erased with him');
    if (into !== undefined) throw new Refusal(409, 'merged_further', 'the one whom this person was merged into was merged further; he is split off first', { first: person, into });
    return [];
  };
  return { holder: { person, kind: 'person' }, purposes: [], facts: ['~person'], actor, evidence: {}, decide };
}

type Held = { purpose: DefinedPurpose; stream: Stream }[];

/** The streams of people's purposes, and of a device's those on which somebody concerned has said something. */
function heldOf(view: View, { purposes }: TwoPeople, ...others: Whole[]): Held {
  const said = ({ purpose, stream }: Held[number]): boolean => stream.version > 0 || others.some(({ streams }) => streams.has(purpose.id));
  return streamsOf(view, purposes).filter((one) => one.purpose.holder === 'person' || said(one));
}

const factOf = ({ fact }: LedgerEvent): { other: string; role: string } => fact as { other: string; role: string };

/**
 * Merges a person into another one, first half: ends what was allowed under his id; from then on his id and his identifiers
 * lead to the other. Gives his events; the last is `person-merged`, which the second half names as its cause.
 */
export async function mergeFrom(two: TwoPeople, { person, into, ...half }: Half & { person: string; into: string }): Promise<LedgerEvent[]> {
  await finishSplits(two, person);
  return write(two, person, half, (view) => {
    if (view.person.erased) throw new Refusal(410, 'person_erased', 'this person was erased');
    if (view.person.mergedInto !== undefined) throw new Refusal(409, 'person_merged', 'this person was merged already', { into: view.person.mergedInto });
    return closeMerged(into, view.person, heldOf(view, two), view.recordedAt);
  });
}

/** What a merged person brings to `into`; whoever was merged on himself passes it on to the one he was merged into. */
async function bring(two: TwoPeople, merged: LedgerEvent, from: Whole, into: string): Promise<LedgerEvent[]> {
  return write(two, into, { request: merged.event, actor: merged.actor }, (view) => {
    if (view.person.mergedInto !== undefined) throw new MovedOn(into, view.person.mergedInto);
    return takeMerged({ other: merged.person, cause: merged.event, from: wholeAt(from, two.publications, view.recordedAt) }, view.person, heldOf(view, two, from), view.recordedAt);
  });
}

/** Second half of a merge; done again it changes nothing. Nothing where the part is himself again: a split completes the merge that it ends, but for one that made a circle. */
export async function mergeInto(two: TwoPeople, merged: LedgerEvent): Promise<LedgerEvent[]> {
  const events = await eventsOf(two, merged.person);
  if (lastTurn(events)?.event !== merged.event) return [];
  const from = beforeMerge(events, merged);
  const seen = new Set([merged.person]);
  for (let into = factOf(merged).other; !seen.has(into); ) {
    seen.add(into);
    try {
      return await bring(two, merged, from, into);
    } catch (error) {
      if (!(error instanceof MovedOn)) throw error;
      into = error.into;
    }
  }
  return [];
}

/** Identifiers that a person's own events name, also those that were corrected away since: as long as nobody was a part of him, what came by one was his. */
function namedIn(events: readonly LedgerEvent[]): string[] {
  const taken = events.findIndex(({ purpose, fact }) => purpose === WHOLE_PERSON && fact?.role === 'into');
  const before = taken === -1 ? events : events.slice(0, taken);
  const added = events.flatMap(({ fact }) => (fact?.added ?? []) as { id: string }[]);
  return [...before.flatMap(({ viaId }) => viaId ?? []), ...added.map(({ id }) => id)];
}

/** Both people, whoever was ever merged into either of them, and into these. */
async function relativesOf(two: TwoPeople, people: string[], relatives: Map<string, Relative> = new Map()): Promise<Map<string, Relative>> {
  for (const person of people.filter((one) => !relatives.has(one))) {
    const events = await eventsOf(two, person);
    const { rows } = await two.pool.query<{ id: string }>(IDENTIFIERS, [two.ledger, person]);
    relatives.set(person, { events, identifiers: new Set([...rows.map(({ id }) => id), ...namedIn(events)]) });
    await relativesOf(two, mergedInto(events, { still: false }), relatives);
  }
  return relatives;
}

/** `before`: only what the whole had been told before that event of his. `seq`: of the last event that was read of him. */
async function histories(two: TwoPeople, part: string, whole: string, before = Infinity): Promise<Sides & { seq: number }> {
  const relatives = await relativesOf(two, [whole, part]);
  const told = (relatives.get(whole)?.events ?? []).filter(({ seq }) => seq < before);
  const sides = sidesOf({ part: relatives.get(part)?.events ?? [], whole: told, relatives, purposes: two.purposes });
  if (!sides) throw new Refusal(409, 'person_not_merged', 'this person was not merged into anybody');
  return { ...sides, seq: told.at(-1)?.seq ?? 0 };
}

/** The event by which a person became a part of somebody else or himself again, whichever came last. */
const lastTurn = (events: readonly LedgerEvent[]): LedgerEvent | undefined => events.findLast(({ purpose, fact }) => purpose === WHOLE_PERSON && fact?.role === 'from');

/** Splits a merged person off again, first half: he is himself, with what was his before and what came by his identifiers since. */
export async function splitFrom(two: TwoPeople, { person, undoes, ...half }: Splitting): Promise<LedgerEvent[]> {
  const merged = lastTurn(await eventsOf(two, person));
  if (merged?.type !== 'person-merged') throw new Refusal(409, 'person_not_merged', 'this person was not merged into anybody');
  const { other: whole } = factOf(merged);
  if (!undoes) await mergeInto(two, merged);
  const { part } = await histories(two, person, whole);
  return write(two, person, half, (view) => reopenPart(whole, wholeAt(part, two.publications, view.recordedAt), view.person, heldOf(view, two, part), view.recordedAt), undoes ? [] : [whileWhole(whole, half.actor)]);
}

/**
 * Second half of a split; done again it changes nothing. What came to the merged person after the first half had read both
 * histories is then settled with the part too: a withdrawal in the moment of a split holds for both (rule 15).
 */
export async function splitOff(two: TwoPeople, split: LedgerEvent): Promise<LedgerEvent[]> {
  const { other } = factOf(split);
  const released = await release(two, split, other);
  const [first, last] = [released[0], released.at(-1)];
  return first && last ? [...released, ...(await settle(two, split, last, first.seq))] : released;
}

/** The part's leaving, on the other one's side: by all that he has been told until it is written. */
function release(two: TwoPeople, split: LedgerEvent, other: string): Promise<LedgerEvent[]> {
  return asRead(async () => {
    const { whole: side, seq } = await histories(two, split.person, other);
    const decide = (view: View): Entry[] => {
      demandAsRead(view, other, seq);
      return releasePart({ other: split.person, cause: split.event, side: wholeAt(side, two.publications, view.recordedAt) }, view.person, heldOf(view, two, side), view.recordedAt);
    };
    return write(two, other, { request: split.event, actor: split.actor }, decide);
  });
}

/** `before`: what the merged person was told until he was released. */
async function settle(two: TwoPeople, split: LedgerEvent, released: LedgerEvent, before: number): Promise<LedgerEvent[]> {
  const { part } = await histories(two, split.person, released.person, before);
  const half = { request: released.event, actor: split.actor };
  const cause = { other: released.person, cause: released.event, reopenedAt: split.recordedAt };
  return write(two, split.person, half, (view) => settlePart({ ...cause, side: wholeAt(part, two.publications, view.recordedAt) }, view.person, heldOf(view, two, part), view.recordedAt));
}

/** Releases a person from parts that are themselves again already, so that nothing of theirs goes on with him. */
async function finishSplits(two: TwoPeople, person: string): Promise<void> {
  for (const part of mergedInto(await eventsOf(two, person), { still: true })) {
    const last = lastTurn(await eventsOf(two, part));
    if (last?.type === 'person-split' && factOf(last).other === person) await splitOff(two, last);
  }
}
