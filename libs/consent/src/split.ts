import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { evolve, type Chosen, type Stream } from './consent.js';
import { chosenOf } from './effective.js';
import { bringTo } from './move.js';
import { evolvePerson, personAfter, type PersonState } from './person.js';
import type { FactEntry } from './person-facts.js';
import type { PurposeRule } from './purposes.js';
import { foldWhole, streamIn, type Whole } from './whole.js';
import { stands } from './withdraw.js';

/** The histories that a split goes by: all events of both people in order of seq, and the ids of the part's identifiers. */
export interface MergedHistories {
  part: readonly LedgerEvent[];
  whole: readonly LedgerEvent[];
  identifiers: ReadonlySet<string>;
}

const TAKES_AWAY = new Set(['consent-withdrawn', 'consent-refused', 'objection-raised']);

interface Sides {
  part: Whole;
  whole: Whole;
}

/** Both people as they were before the merge, each with what was decided since that is his. */
export function sidesOf({ part, whole, identifiers }: MergedHistories): Sides | undefined {
  const merge = part.findLast((event) => event.purpose === WHOLE_PERSON && event.type === 'person-merged' && event.fact?.role === 'from');
  const began = part.find((event) => event.request === merge?.request);
  const taken = whole.find((event) => event.request === merge?.event);
  if (!merge || !began) return undefined;
  const sides: Sides = { part: foldWhole(part.filter(({ seq }) => seq < began.seq)), whole: foldWhole(whole.filter(({ seq }) => seq < (taken?.seq ?? Infinity))) };
  const since = whole.filter(({ seq, request }) => taken !== undefined && seq > taken.seq && request !== merge.event);
  for (const event of since) sort(event, identifiers, sides);
  return sides;
}

const within = (own: string[] | undefined, left: string[] | undefined): string[] | undefined => own?.filter((one) => left?.includes(one) ?? true);

/** What a "no" leaves of a side's own choice: never more than the side had itself. */
function narrowed(own: Stream | undefined, event: LedgerEvent): Stream | undefined {
  const left = { ...event.after, ...(event.fact as { chosen?: Chosen } | undefined)?.chosen };
  if (!left.allowed) return evolve(own ?? { version: 0, status: 'unknown', allowed: false }, event);
  if (!own || !stands(own)) return own;
  const lists = { channels: within(own.channels, left.channels), partners: within(own.partners, left.partners) };
  const something = lists.channels?.length !== 0 && lists.partners?.length !== 0;
  return { ...own, ...lists, chosen: undefined, ...(!something && { status: 'withdrawn' as const, allowed: false }) };
}

/** A later event belongs to the one by whose identifier it came; a "no" belongs to both, and takes from each what he had. */
function sort(event: LedgerEvent, identifiers: ReadonlySet<string>, { part, whole }: Sides): void {
  if (event.purpose === WHOLE_PERSON) whole.person = evolvePerson(whole.person, event);
  if (event.purpose.startsWith('~')) return;
  const { purpose } = event;
  if (TAKES_AWAY.has(event.type)) {
    for (const { streams } of [part, whole]) {
      const left = narrowed(streams.get(purpose), event);
      if (left) streams.set(purpose, left);
    }
    return;
  }
  const { streams } = event.viaId !== undefined && identifiers.has(event.viaId) ? part : whole;
  streams.set(purpose, evolve(streams.get(purpose) ?? { version: 0, status: 'unknown', allowed: false }, event));
}

function back<P extends PurposeRule>(streams: { purpose: P; stream: Stream }[], side: Whole, person: PersonState, causes: string[] | undefined, now: string): FactEntry<P>[] {
  const sorted = [...streams].sort((one, other) => (one.purpose.id < other.purpose.id ? -1 : 1));
  return sorted.flatMap(({ purpose, stream }) => {
    const to = chosenOf(streamIn(side, purpose));
    const drafts = bringTo(purpose, stream, to, person, { type: 'person-split', reason: 'split', causes }, now);
    return drafts.map((draft) => ({ purpose, draft, via: to.via }));
  });
}

/** The first half of a split (rule 15): the part is himself again, with what was his before and since. */
export function reopenPart<P extends PurposeRule>(other: string, side: Whole, person: PersonState, streams: { purpose: P; stream: Stream }[], now: string): FactEntry<P>[] {
  if (person.mergedInto !== other || person.erased) return [];
  const after: PersonState = { ...person, mergedInto: undefined };
  const entries = back(streams, side, after, undefined, now);
  return [...entries, { purpose: '~person', draft: { type: 'person-split', occurredAt: now, fact: { other, role: 'from' }, after: personAfter(after) } }];
}

/** The second half: the other one without the part. */
export function releasePart<P extends PurposeRule>(
  { other, cause, side }: { other: string; cause: string; side: Whole },
  person: PersonState,
  streams: { purpose: P; stream: Stream }[],
  now: string,
): FactEntry<P>[] {
  if (person.erased) return [];
  const after: PersonState = { ...side.person, mergedInto: person.mergedInto };
  const entries = back(streams, side, after, [cause], now);
  const { suppressedChannels } = after;
  return [...entries, { purpose: '~person', draft: { type: 'person-split', causes: [cause], occurredAt: now, fact: { other, role: 'into', suppressedChannels }, after: personAfter(after) } }];
}
