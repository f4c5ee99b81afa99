import type { LedgerEvent } from '#contracts';
import { decide, evolve, isProtective, type Draft, type Outcome, type Stream } from '#consent';
import { Refusal, type Entry, type Holder, type Unit, type View, type Written } from './call.js';
import { actorOn, commandOf, type Change, type DecisionResult, type Wish } from './change.js';

const DETAILS: Record<string, string> = {
  not_switchable: 'this purpose is told to the person and cannot be switched',
  decision_not_possible: 'this decision does not exist for the legal basis of this purpose',
  wrong_holder: 'this purpose belongs to a device; a person can only refuse, withdraw or object to it',
  notice_unknown: 'a grant needs the notice that was shown: known id, version and locale, and a text that names the purpose',
  channel_unknown: 'the purpose has no such channel',
  partners_required: 'partners are named where the purpose is shared with partners, and only there',
  occurred_in_future: 'the decision lies more than five minutes in the future',
  request_closed: 'this request is closed',
  person_erased: 'this person was erased; nothing is written to him again',
  person_suppressed: 'a suppression of this person stands above the grant',
  subject_ambiguous: 'several people are known under this subject',
};

const CONFLICTS = new Set(['not_switchable', 'subject_ambiguous', 'request_closed', 'person_erased', 'person_suppressed']);

/** The call's refusal for a code of the domain: 409 where the state or the basis is against it, else 422. */
export function refusalOf(code: string, wish: Wish): Refusal {
  const status = CONFLICTS.has(code) ? 409 : 422;
  const { id, basis } = wish.purpose;
  return new Refusal(status, code, DETAILS[code] ?? code, { purpose: id, basis });
}

interface Taken {
  wish: Wish;
  outcome: Outcome;
  code?: string;
}

/** All that a change means for one holder. */
export interface ChangeUnit {
  unit: Unit;
  results(written: Written): DecisionResult[];
}

const stepOf = (draft: Draft, before: Stream, recordedAt: string): Draft & { event: string; version: number; recordedAt: string } => ({
  ...draft,
  event: '',
  version: before.version + 1,
  recordedAt,
});

/** Decides the wishes of one holder in order, each on the state that the ones before it leave. */
function takeAll(change: Change, holder: Holder, wishes: Wish[], view: View, ambiguous: boolean): Taken[] {
  const streams = new Map<string, Stream>();
  return wishes.map((wish) => {
    const before = streams.get(wish.purpose.id) ?? view.stream(wish.purpose);
    if (ambiguous && !isProtective(wish.decision)) return { wish, outcome: { kind: 'unchanged' }, code: 'subject_ambiguous' };
    const outcome = decide(commandOf(change, wish, holder, view.recordedAt), before, wish.purpose);
    if (outcome.kind === 'refused') return { wish, outcome, code: outcome.code };
    if (outcome.kind === 'unchanged') return { wish, outcome };
    if (wishes.length > 1) streams.set(wish.purpose.id, outcome.drafts.reduce((stream, draft) => evolve(stream, stepOf(draft, stream, view.recordedAt)), before));
    return { wish, outcome, code: outcome.late ? 'late' : undefined };
  });
}

/**
 * Grants, requests and lifts hold all or none: one refusal ends the call, unless it also protects; then what protects
 * applies, and the others carry the code.
 */
function settle(taken: Taken[], callProtects: boolean): Taken[] {
  const bad = taken.find((one) => one.code !== undefined && one.code !== 'late');
  if (!bad) return taken;
  if (!callProtects || isProtective(bad.wish.decision)) throw refusalOf(bad.code ?? '', bad.wish);
  return taken.map((one) => {
    if (isProtective(one.wish.decision) || one.code !== undefined) return one;
    return { ...one, outcome: { kind: 'unchanged' }, code: 'not_applied' };
  });
}

const draftsOf = (one: Taken): Draft[] => (one.outcome.kind === 'done' ? one.outcome.drafts : []);

/** The event that says which identifiers came to the holder; his first makes none of its own. */
function identifiersEntry(holder: Holder, recordedAt: string): Entry[] {
  const claims = holder.claims ?? [];
  const added = (holder.via?.id === claims[0]?.id ? claims.slice(1) : claims).map(({ kind, id }) => ({ kind, id }));
  if (added.length === 0) return [];
  const after = { restricted: false, erased: false, suppressed: false };
  const sorted = added.sort((one, other) => (one.id < other.id ? -1 : 1));
  return [{ purpose: '~person', draft: { type: 'identifiers-changed', occurredAt: recordedAt, fact: { added: sorted, removed: [] }, after } }];
}

function resultOf(written: Written, one: Taken, own: LedgerEvent[]): DecisionResult {
  const { id } = one.wish.purpose;
  const stream = written.streams.get(id);
  const last = own.at(-1);
  const { status = 'unknown', allowed = false } = last?.after ?? stream ?? {};
  const { version = 0, event, recordedAt } = last ?? stream ?? {};
  return { person: written.person, purpose: id, status, allowed, version, event, recordedAt, ...(one.code && { code: one.code }) };
}

/** What an earlier try of the same call wrote, where this one decided nothing. */
function resultsBefore(written: Written): DecisionResult[] {
  return written.events
    .filter((event) => !event.purpose.startsWith('~'))
    .map(({ person, purpose, version, event, recordedAt, type, after = {} }) => {
      const { status = 'unknown', allowed = false } = after;
      return { person, purpose, status, allowed, version, event, recordedAt, ...(type === 'decision-recorded' && { code: 'late' }) };
    });
}

/** The unit of one holder, and how to read its results. */
export function changeUnit(change: Change, holder: Holder, wishes: Wish[], ambiguous: boolean): ChangeUnit {
  const callProtects = change.wishes.some((wish) => isProtective(wish.decision));
  let taken: Taken[] = [];
  const evidence = holder.via && holder.claims?.[0] ? { identifier: holder.claims[0].value, ...change.evidence } : change.evidence;
  const unit: Unit = {
    holder,
    purposes: [...new Set(wishes.map((wish) => wish.purpose))],
    facts: holder.claims && holder.claims.length > 0 ? ['~person'] : undefined,
    actor: actorOn(change, holder),
    evidence,
    decide(view) {
      const against = change.standsAgainst?.(view.standing);
      if (against !== undefined && wishes[0]) throw refusalOf(against, wishes[0]);
      taken = settle(takeAll(change, holder, wishes, view, ambiguous), callProtects);
      const entries: Entry[] = taken.flatMap((one) => draftsOf(one).map((draft) => ({ purpose: one.wish.purpose, draft })));
      return [...entries, ...identifiersEntry(holder, view.recordedAt)];
    },
  };
  function results(written: Written): DecisionResult[] {
    if (taken.length === 0) return resultsBefore(written);
    let at = 0;
    return taken.map((one) => {
      const count = draftsOf(one).length;
      const own = written.events.slice(at, at + count);
      at += count;
      return resultOf(written, one, own);
    });
  }
  return { unit, results };
}
