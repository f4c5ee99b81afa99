import type { LedgerEvent } from '#contracts';
import { chosenOf, decideUnder, evolve, isOnlyRecorded, isProtective, personAfter, type Draft, type Outcome, type Stream } from '#consent';
import { MovedOn, Refusal, type Entry, type Holder, type Unit, type View, type Written } from './call.js';
import { actorOn, commandOf, protects, type Change, type DecisionResult, type Wish } from './change.js';

const DETAILS: Record<string, string> = {
  not_switchable: 'this purpose is told to the person and cannot be switched',
  decision_not_possible: 'this decision does not exist for the legal basis of this purpose',
  wrong_holder: 'this purpose belongs to a device; a person can only refuse, withdraw or object to it',
  purpose_not_active: 'this purpose is a draft or archived: nothing new can be given; withdrawals always work',
  notice_unknown: 'a grant needs the notice that was shown: known id, version and locale, neither archived nor replaced by a material change, and a text that names the purpose',
  channel_unknown: 'the purpose has no such channel',
  partners_required: 'partners are named where the purpose is shared with partners, and only there',
  partner_unknown: 'the catalogue lists no such partner',
  occurred_in_future: 'the decision lies more than five minutes in the future',
  request_closed: 'this request is closed',
  person_erased: 'this person was erased at his request; only his own confirmation begins anew',
  person_unverified: 'only the person takes an objection back: signed in, by his own link, or through a system that vouches for him',
  person_suppressed: 'a suppression of this person stands above the grant',
  subject_ambiguous: 'several people are known under this subject',
  version_moved: 'the purpose has changed since the version that this was decided on: read it again',
};

/** Refused by how things stand, not by what was said. */
const CONFLICTS = new Set(['version_moved', 'not_switchable', 'subject_ambiguous', 'request_closed', 'person_erased', 'person_suppressed']);

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
  /** For somebody who was erased: his "no" stands, and nothing is written. */
  stands?: true;
  /** It takes away what was allowed, or was given under what stands above it. */
  takes?: boolean;
}

/** Why nothing but a "no" can be taken for a holder. */
export type Blocked = 'subject_ambiguous' | 'person_erased';

/** All that a change means for one holder. */
export interface ChangeUnit {
  unit: Unit;
  results(written: Written): DecisionResult[];
  /** Whether it took something away; never of what an earlier try of the same call wrote. */
  took(): boolean;
}

const stepOf = (draft: Draft, before: Stream, recordedAt: string): Draft & { event: string; version: number; recordedAt: string } => ({
  ...draft,
  event: '',
  version: before.version + 1,
  recordedAt,
});

const unchanged: Outcome = { kind: 'unchanged' };

/** Whether a holder comes to be with this call. */
const isNew = ({ claims, via }: Holder): boolean => claims?.[0] !== undefined && claims[0].id === via?.id;

/** A device says yes by its own token, or a system vouches for it; its id alone is nobody's word. */
const isForeignDevice = (change: Change, holder: Holder): boolean => holder.kind === 'device' && actorOn(change, holder).kind === 'unverified';

const gives = ({ decision, refused }: Wish): boolean => !isProtective(decision) && refused === undefined;

/** Whether a wish was decided on another state than the call finds: what the call itself does before it is no other. */
const hasMoved = ({ ifVersion, purpose }: Wish, view: View): boolean => ifVersion !== undefined && view.stream(purpose).version !== ifVersion;

/** What is against a wish that gives, whatever it asks for. */
function codeAgainst(change: Change, holder: Holder, wish: Wish, view: View): string | undefined {
  if (isForeignDevice(change, holder)) return 'wrong_holder';
  return hasMoved(wish, view) ? 'version_moved' : undefined;
}

/** What holds for somebody before anything is decided: only a "no" is taken, or, of somebody erased who does not begin anew, even that stands already. */
function settledBefore(change: Change, holder: Holder, wish: Wish, { view, blocked, begins }: { view: View; blocked?: Blocked; begins: boolean }): Taken | undefined {
  const code = wish.refused ?? blocked ?? codeAgainst(change, holder, wish, view);
  if (!isProtective(wish.decision)) return code === undefined ? undefined : { wish, outcome: unchanged, code };
  return change.erased && isNew(holder) && !begins ? { wish, outcome: unchanged, stands: true } : undefined;
}

const takenAs = (wish: Wish, outcome: Outcome, before: Stream): Taken => {
  if (outcome.kind === 'refused') return { wish, outcome, code: outcome.code };
  if (outcome.kind === 'done' && outcome.late) return { wish, outcome, code: 'late' };
  return { wish, outcome, takes: outcome.kind === 'done' && isProtective(wish.decision) && chosenOf(before).allowed && outcome.drafts.some(({ type }) => type !== 'decision-recorded') };
};

/** Decides the wishes of one holder in order, each on the state that the ones before it leave. */
function takeAll(change: Change, holder: Holder, wishes: Wish[], view: View, blocked: Blocked | undefined): Taken[] {
  const streams = new Map<string, Stream>();
  const standing = { view, blocked, begins: wishes.some(gives) };
  return wishes.map((wish) => {
    const settled = settledBefore(change, holder, wish, standing);
    if (settled) return settled;
    const before = streams.get(wish.purpose.id) ?? view.stream(wish.purpose);
    if (view.person.erased && before.version === 0 && isProtective(wish.decision)) return { wish, outcome: unchanged, stands: true };
    const outcome = decideUnder(commandOf(change, wish, holder, view.recordedAt), before, wish.purpose, view.person);
    if (outcome.kind === 'done' && wishes.length > 1) streams.set(wish.purpose.id, outcome.drafts.reduce((stream, draft) => evolve(stream, stepOf(draft, stream, view.recordedAt)), before));
    return takenAs(wish, outcome, before);
  });
}

const NOT_APPLIED = 'not_applied';
const refusedWish = ({ wish, code = NOT_APPLIED }: Taken): Wish => ({ ...wish, refused: code });

const isRefused = ({ code }: Taken): boolean => code !== undefined && code !== 'late';

/**
 * Grants, requests and lifts hold all or none: one refusal ends the call, unless it also protects; then what protects
 * applies, decided as if nothing had been given, and each of the others carries its code.
 */
function takeTogether(takeEach: (wishes: Wish[]) => Taken[], wishes: Wish[], callProtects: boolean): Taken[] {
  const taken = takeEach(wishes);
  const bad = taken.find(isRefused);
  if (!bad) return taken;
  if (!callProtects) throw refusalOf(bad.code ?? '', bad.wish);
  return takeEach(taken.map((one) => (isProtective(one.wish.decision) || one.code === 'late' ? one.wish : refusedWish(one))));
}

const draftsOf = (one: Taken): Draft[] => (one.outcome.kind === 'done' ? one.outcome.drafts : []);

/** The event that says which identifiers came to the holder; his first makes none of its own. */
function identifiersEntry(holder: Holder, { person, recordedAt }: View): Entry[] {
  const claims = holder.claims ?? [];
  const added = (isNew(holder) ? claims.slice(1) : claims).map(({ kind, id }) => ({ kind, id }));
  if (added.length === 0) return [];
  const sorted = added.sort((one, other) => (one.id < other.id ? -1 : 1));
  return [{ purpose: '~person', draft: { type: 'identifiers-changed', occurredAt: recordedAt, fact: { added: sorted, removed: [] }, after: personAfter(person) } }];
}

const NO = { status: 'withdrawn', allowed: false } as const;

function resultOf(written: Written, one: Taken, own: LedgerEvent[]): DecisionResult {
  const { id: purpose } = one.wish.purpose;
  const code = one.code && { code: one.code };
  if (one.stands) return { person: written.person, purpose, ...NO, version: 0 };
  const stands: Partial<Stream> = written.streams.get(purpose) ?? {};
  const last = own.at(-1);
  const { status = 'unknown', allowed = false } = last?.after ?? stands;
  const { version = 0, event, recordedAt } = last ?? stands;
  return { person: written.person, purpose, status, allowed, version, event, recordedAt, ...code };
}

/** What an earlier try of the same call wrote, where this one decided nothing. */
function resultsBefore(written: Written): DecisionResult[] {
  const own = written.events.filter((event) => !event.purpose.startsWith('~'));
  return [...new Set(own.map(({ purpose }) => purpose))].map((one) => {
    const events = own.filter((event) => event.purpose === one);
    const { person = '', purpose = '', version = 0, event, recordedAt, after: { status = 'unknown', allowed = false } = {} } = events.at(-1) ?? {};
    return { person, purpose, status, allowed, version, event, recordedAt, ...(events.every(isOnlyRecorded) && { code: 'late' }) };
  });
}

/** The unit of one holder, and how to read its results. */
export function changeUnit(change: Change, holder: Holder, wishes: Wish[], blocked?: Blocked): ChangeUnit {
  const callProtects = change.wishes.some(protects);
  let taken: Taken[] = [];
  const evidence = holder.via && holder.claims?.[0] ? { identifier: holder.claims[0].value, ...change.evidence } : change.evidence;
  const unit: Unit = {
    holder,
    purposes: [...new Set(wishes.map((wish) => wish.purpose))],
    facts: holder.claims && holder.claims.length > 0 ? ['~person'] : undefined,
    actor: actorOn(change, holder),
    evidence,
    decide(view) {
      const { mergedInto } = view.person;
      if (mergedInto !== undefined) throw new MovedOn(holder.person, mergedInto);
      const against = change.standsAgainst?.(view.person);
      if (against !== undefined && wishes[0]) throw refusalOf(against, wishes[0]);
      taken = takeTogether((each) => takeAll(change, holder, each, view, blocked), wishes, callProtects);
      if (view.person.erased) return [];
      const entries: Entry[] = taken.flatMap((one) => draftsOf(one).map((draft) => ({ purpose: one.wish.purpose, draft })));
      return taken.some((one) => one.stands) && entries.length === 0 ? [] : [...entries, ...identifiersEntry(holder, view)];
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
  return { unit, results, took: () => taken.some(({ takes }) => takes) };
}
