import type { Decision, LedgerEvent, Status } from '#contracts';
import { isProtective } from './command.js';
import { emptyStream, evolve, type Stream } from './consent.js';
import { chosenOf, effective } from './effective.js';
import { isBeforeNo, tookNothing } from './last-no.js';
import { emptyLists, listsOf, ownLists, somethingLeft, takeAway, type Lists } from './lists.js';
import type { PersonState } from './person.js';
import type { PurposeRule } from './purposes.js';
import { stands } from './withdraw.js';

const STATUS_OF: Record<Decision, Status> = {
  request: 'requested',
  grant: 'given',
  refuse: 'refused',
  withdraw: 'withdrawn',
  object: 'objected',
  lift: 'unknown',
};

/** What held at `asOf`, by what was known at `knownAt`; `whole`: what held over all of the person's purposes then. */
interface When {
  asOf: string;
  knownAt: string;
  whole: PersonState;
}

const NOTHING: Stream = { version: 0, status: 'unknown', allowed: false };

const isLate = ({ type }: LedgerEvent): boolean => type === 'decision-recorded';

const protects = ({ decision }: LedgerEvent): boolean => decision !== undefined && isProtective(decision);

/** Which of two late events held at a later moment: the later decision, on a tie the protective one, then the later record. */
function isLater(one: LedgerEvent, other: LedgerEvent): boolean {
  if (one.occurredAt !== other.occurredAt) return one.occurredAt > other.occurredAt;
  return protects(one) === protects(other) ? one.seq > other.seq : protects(one);
}

/** Whether a late decision is of a later time than the one that an event left in force; on a tie the protective one holds. */
function overrules(late: LedgerEvent, inForce: LedgerEvent): boolean {
  const { since = inForce.occurredAt } = inForce.after ?? {};
  return late.occurredAt === since ? protects(late) || chosenOf(evolve(NOTHING, inForce)).allowed : late.occurredAt > since;
}

const best = (events: readonly LedgerEvent[], better: (one: LedgerEvent, other: LedgerEvent) => boolean): LedgerEvent | undefined =>
  events.reduce<LedgerEvent | undefined>((found, event) => (found === undefined || better(event, found) ? event : found), undefined);

const namesParts = ({ fact }: LedgerEvent, purpose: PurposeRule): boolean => {
  const { channels, partners } = ownLists((fact ?? {}) as Lists, purpose);
  return (channels ?? partners) !== undefined;
};

/** A withdrawal of a part that was told of late, in its own time: what is left of the choice before it, and of what was in force of that. */
function partlyWithdrawn(event: LedgerEvent, purpose: PurposeRule, before: Stream): Stream | undefined {
  const chosen = chosenOf(before);
  const named = ownLists((event.fact ?? {}) as Lists, purpose);
  if (event.decision !== 'withdraw' || !stands(chosen) || !(named.channels ?? named.partners)) return undefined;
  const left = takeAway(listsOf(chosen, purpose), named);
  if (!somethingLeft(left)) return undefined;
  const inForce = takeAway(listsOf(before, purpose), named);
  const { version, event: id, recordedAt, occurredAt: since } = event;
  return { ...before, ...inForce, allowed: before.allowed && somethingLeft(inForce), chosen: before.chosen && { ...before.chosen, ...left }, version, event: id, recordedAt, since };
}

/** What a late decision meant in its own time, though it changed nothing when it came. */
function lateStream(event: LedgerEvent, purpose: PurposeRule, before: Stream): Stream {
  const partly = partlyWithdrawn(event, purpose, before);
  if (partly ?? tookNothing(event)) return partly ?? before;
  const { decision = 'withdraw', occurredAt, notice } = event;
  const { channels, partners, validUntil } = (decision === 'grant' ? (event.fact ?? {}) : {}) as Lists & { validUntil?: string };
  const none = emptyLists(purpose);
  const lists = { channels: channels ?? none.channels, partners: partners ?? none.partners };
  return { ...evolve(emptyStream(purpose), event), ...lists, status: STATUS_OF[decision], allowed: decision === 'grant' || decision === 'lift', since: occurredAt, validUntil, notice };
}

const isNewer = (one: LedgerEvent, other: LedgerEvent): boolean => one.occurredAt > other.occurredAt || (one.occurredAt === other.occurredAt && one.seq > other.seq);

/**
 * A decision says what was in force when it was recorded. Of a day before that it says what was chosen; how that was to be
 * used then, the events before it say, and what stood above it, those about the whole person.
 */
function heldThen(inForce: LedgerEvent, purpose: PurposeRule, known: readonly LedgerEvent[], at: When): Stream {
  const { asOf, whole } = at;
  if (namesParts(inForce, purpose) && asOf < (inForce.after?.since ?? '')) {
    const partly = partlyWithdrawn(inForce, purpose, streamAsOf(known.filter((event) => event !== inForce), purpose, at));
    if (partly) return partly;
  }
  const stream = evolve(emptyStream(purpose), inForce);
  if (inForce.recordedAt <= asOf) return stream;
  const wish = best(known.filter((event) => !isLate(event) && event.seq < inForce.seq), isNewer);
  const { preferences, preferred } = wish ? chosenOf(evolve(emptyStream(purpose), wish)) : {};
  const chosen = { ...chosenOf(stream), preferences, preferred: inForce.type === 'consent-granted' ? undefined : preferred, chosen: undefined };
  return chosen.allowed ? { ...chosen, ...effective(purpose, chosen, whole, asOf) } : chosen;
}

/**
 * The stream as it held at `asOf`, judged by what the ledger knew at `knownAt` (both inclusive): bitemporal, so a late
 * decision counts for its own time as soon as it is known. What took effect holds in the order of its record, whatever time it
 * claims: a withdrawal of the day before a wish ends what the wish was about. `events` are those of one stream, in any order.
 */
export function streamAsOf(events: readonly LedgerEvent[], purpose: PurposeRule, at: When): Stream {
  const late: LedgerEvent[] = [];
  let asked = at;
  let known = knownAt(events, at);
  for (;;) {
    const inForce = best(known.filter((event) => !isLate(event)), (one, other) => one.seq > other.seq);
    const latest = best(known.filter(isLate), isLater);
    if (!latest || (inForce && !overrules(latest, inForce))) {
      const held = inForce ? heldThen(inForce, purpose, known, asked) : emptyStream(purpose);
      return late.reduceRight((before, event) => lateStream(event, purpose, before), held);
    }
    late.push(latest);
    asked = { ...asked, asOf: latest.occurredAt };
    known = knownAt(known, asked).filter((event) => event !== latest);
  }
}

/** What was known, and had been said; a "no" to what was not used means nothing but over a yes that was told of late. */
function knownAt(events: readonly LedgerEvent[], at: When): readonly LedgerEvent[] {
  const known = events.filter((event) => event.recordedAt <= at.knownAt && event.occurredAt <= at.asOf && !isBeforeNo(event));
  return known.some((event) => isLate(event) && !protects(event)) ? known : known.filter((event) => !isLate(event) || !tookNothing(event));
}
