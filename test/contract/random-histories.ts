import fc from 'fast-check';
import {
  causeOfExpiry, closeMerged, decideExpiry, decideFact, decideLapse, decideOverride, decideOverrideEnd, decidePauseEnd, decidePreferences, allInEffect, decideUnder, foldWhole, releasePart, reopenPart, sidesOf, streamIn, takeMerged,
  type Outcome, type PersonFact, type PreferenceChange, type Whole,
} from '#consent';
import { DECISIONS, type Actor, type Decision, type LedgerEvent } from '#contracts';
import type { DefinedPurpose, Entry } from '#ledger';
import { bytesOf, eventOf } from '../../libs/ledger/src/event.js';

const rule = (id: string, more: Partial<DefinedPurpose>): DefinedPurpose => ({ id, holder: 'person', controller: 'acme', basis: 'eu-gdpr:A6-1-a', choice: 'grant-withdraw', definition: 'd'.repeat(64), ...more });
const PURPOSES = [
  rule('newsletter', { channels: ['email'], doubleOptIn: true }),
  rule('marketing', { channels: ['app', 'email', 'sms'], validMonths: 12 }),
  rule('sharing', { partners: true }),
  rule('profile', {}),
  rule('reach', { basis: 'eu-gdpr:A6-1-f', choice: 'object-lift', directMarketing: true }),
  rule('security', { basis: 'eu-gdpr:A6-1-f', choice: 'object-lift', weighed: true }),
  rule('contract', { basis: 'eu-gdpr:A6-1-b', choice: 'told' }),
];
const NOTICE = { id: 'newsletter-signup', version: '1.3', locale: 'sv', sha256: 'a'.repeat(64) };
const ACTORS: Actor[] = [{ kind: 'system', id: 'crm', key: uuid(7) }, { kind: 'unverified', id: 'website' }, { kind: 'person', id: uuid(1) }, { kind: 'ledger', id: 'expiry' }];

function uuid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** One event with the leaf hash of its bytes. */
export interface Leaf {
  event: LedgerEvent;
  hash: string;
}

/** Two people and their time, moved by what may happen to them; every event is made as the ledger makes it. */
export class TwoHistories {
  readonly leaves: Leaf[] = [];
  private ids = 100;
  private day = 0;
  private merged: { part: number; before: Whole } | undefined;
  private readonly people = [uuid(1), uuid(2)].map((id) => ({ id, leaves: [] as Leaf[] }));

  private get now(): string {
    return new Date(Date.UTC(2026, 0, 1 + this.day, 0, 0, this.ids)).toISOString().replace('Z', '000Z');
  }

  private whole(who: number): Whole {
    return foldWhole(this.events(who));
  }

  private events(who: number): LedgerEvent[] {
    return this.people[who]?.leaves.map(({ event }) => event) ?? [];
  }

  private held(who: number) {
    const whole = this.whole(who);
    return PURPOSES.map((purpose) => ({ purpose, stream: streamIn(whole, purpose) }));
  }

  private write(who: number, entries: Entry[], actor: Actor, request = uuid((this.ids += 1))): string {
    const person = this.people[who];
    const recordedAt = this.now;
    if (!person) return '';
    const unit = { holder: { person: person.id, kind: 'person' as const, via: { kind: 'email', id: uuid(50 + who) } }, purposes: [], actor, evidence: {}, decide: () => [] };
    for (const [ordinal, entry] of entries.entries()) {
      const id = typeof entry.purpose === 'string' ? entry.purpose : entry.purpose.id;
      const version = 1 + person.leaves.filter(({ event }) => event.purpose === id).length;
      const position = { ledger: 'consent.example.se/ledger', event: uuid((this.ids += 1)), person: person.id, kind: 'person' as const, seq: person.leaves.length + 1, version, prev: person.leaves.at(-1)?.hash, recordedAt, request, ordinal };
      const { bytes, leaf } = bytesOf(eventOf(unit, entry, position, { ip: 'c'.repeat(64) }));
      const one = { event: JSON.parse(bytes.toString()) as LedgerEvent, hash: leaf.toString('hex') };
      person.leaves.push(one);
      this.leaves.push(one);
    }
    return person.leaves.at(-1)?.event.event ?? '';
  }

  private settle(who: number, purpose: DefinedPurpose, outcome: Outcome, actor: Actor, asChosen = false): void {
    if (outcome.kind !== 'done') return;
    const { stream, person } = { stream: streamIn(this.whole(who), purpose), person: this.whole(who).person };
    const drafts = asChosen ? allInEffect(outcome.drafts, purpose, stream, person, this.now) : outcome.drafts;
    this.write(who, drafts.map((draft) => ({ purpose, draft })), actor);
  }

  decide(who: number, on: number, decision: Decision, by: number, channels: string[], late: boolean): void {
    const purpose = PURPOSES[on % PURPOSES.length] as DefinedPurpose;
    const actor = ACTORS[by % ACTORS.length] as Actor;
    const whole = this.whole(who);
    const stream = streamIn(whole, purpose);
    const named = purpose.channels && channels.filter((one) => purpose.channels?.includes(one));
    const occurredAt = late ? '2025-12-01T00:00:00.000000Z' : undefined;
    const command = { decision, holder: 'person' as const, actor, recordedAt: this.now, occurredAt, channels: named?.length ? named : undefined, partners: purpose.partners ? ['globex', 'initech'] : undefined, notice: NOTICE, capture: { context: 'newsletter-signup', method: 'form' }, confirms: decision === 'grant' && actor.kind === 'person' ? stream.open?.event : undefined };
    this.settle(who, purpose, decideUnder(command, stream, purpose, whole.person), actor);
  }

  fact(who: number, fact: PersonFact): void {
    this.write(who, decideFact(fact, this.whole(who).person, this.held(who), this.now), ACTORS[0] as Actor);
  }

  prefer(who: number, on: number, change: PreferenceChange): void {
    const purpose = PURPOSES[on % PURPOSES.length] as DefinedPurpose;
    if (this.whole(who).person.erased) return;
    this.settle(who, purpose, decidePreferences(change, streamIn(this.whole(who), purpose), purpose, this.now), ACTORS[0] as Actor, true);
  }

  override(who: number, on: number, until: boolean): void {
    const purpose = PURPOSES[on % PURPOSES.length] as DefinedPurpose;
    if (this.whole(who).person.erased) return;
    this.settle(who, purpose, decideOverride({ ground: 'security-incident', ...(until && { until: this.now }) }, streamIn(this.whole(who), purpose), purpose, this.now), ACTORS[0] as Actor, true);
  }

  /** Months pass, and what ends by itself ends. */
  pass(days: number): void {
    this.day += days;
    for (const who of [0, 1]) {
      for (const { purpose, stream } of this.held(who)) {
        const { person } = this.whole(who);
        const ends = [
          decideExpiry(stream, causeOfExpiry(stream) ?? '', this.now),
          decideLapse(stream, stream.open?.event ?? '', this.now, this.now),
          decidePauseEnd(stream, purpose, person, this.now),
          decideOverrideEnd(stream, purpose, person, this.now),
        ];
        const end = ends.find(({ kind }) => kind === 'done');
        if (end) this.settle(who, purpose, end, ACTORS[3] as Actor);
      }
    }
  }

  mergeOrSplit(part: number): void {
    const who = this.merged?.part ?? part;
    const other = 1 - who;
    const [one, two] = [this.people[who], this.people[other]];
    if (!one || !two) return;
    if (!this.merged) {
      const before = this.whole(who);
      const cause = this.write(who, closeMerged(two.id, before.person, this.held(who), this.now) as Entry[], ACTORS[0] as Actor);
      this.write(other, takeMerged({ other: one.id, cause, from: before }, this.whole(other).person, this.held(other), this.now) as Entry[], ACTORS[0] as Actor, cause);
      this.merged = { part: who, before };
      return;
    }
    const relatives = new Map([who, other].map((at) => [this.people[at]?.id ?? '', { events: this.events(at), identifiers: new Set([uuid(50 + at)]) }]));
    const sides = sidesOf({ part: this.events(who), whole: this.events(other), relatives, purposes: PURPOSES });
    this.merged = undefined;
    if (!sides) return;
    const cause = this.write(who, reopenPart(two.id, sides.part, this.whole(who).person, this.held(who), this.now) as Entry[], ACTORS[0] as Actor);
    this.write(other, releasePart({ other: one.id, cause, side: sides.whole }, this.whole(other).person, this.held(other), this.now) as Entry[], ACTORS[0] as Actor, cause);
  }
}

const who = fc.nat(1);
/** Mostly the same few purposes, so that something comes of it. */
const on = fc.oneof(fc.constantFrom(0, 1, 5), fc.nat(PURPOSES.length - 1));
const facts: PersonFact[] = [
  { kind: 'restrict', ground: 'eu-gdpr:A18-1-a', until: '2027-01-01T00:00:00.000000Z' }, { kind: 'lift-restriction', ground: 'eu-gdpr:A18-1-a' }, { kind: 'suppress' }, { kind: 'suppress', channels: ['sms'] }, { kind: 'end-suppression' },
  { kind: 'set-suppressed-channels', channels: ['email'] }, { kind: 'pause', until: '2026-06-01T00:00:00.000000Z' }, { kind: 'end-pause' },
];
const erasure: PersonFact = { kind: 'erase', reason: 'erased', ground: 'eu-gdpr:A17-1-b', kept: [{ category: 'contact', ground: 'contract', until: '2030-01-01T00:00:00.000000Z' }, { category: 'bank', ground: 'accounting-law' }] };
const change = fc.constantFrom<PreferenceChange>({ topics: ['news', 'science'], frequency: 'monthly', language: 'sv' }, { topics: null, language: null }, { pausedUntil: '2026-05-01T00:00:00.000000Z' }, { pausedUntil: null }, { channels: ['email'] }, { channels: null });

/** What may happen, in any order; an erasure last, where there is one. */
export const happenings: fc.Arbitrary<((histories: TwoHistories) => void)[]> = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.tuple(who, on, fc.constantFrom(...DECISIONS), fc.nat(2), fc.subarray(['app', 'email', 'sms']), fc.nat(9).map((number) => number === 0)).map((args) => (histories: TwoHistories) => histories.decide(...args)) },
        { weight: 3, arbitrary: fc.tuple(who, fc.constantFrom(...facts)).map((args) => (histories: TwoHistories) => histories.fact(...args)) },
        { weight: 3, arbitrary: fc.tuple(who, on, change).map((args) => (histories: TwoHistories) => histories.prefer(...args)) },
        { weight: 1, arbitrary: fc.tuple(who, on, fc.boolean()).map((args) => (histories: TwoHistories) => histories.override(...args)) },
        { weight: 1, arbitrary: fc.constantFrom(1, 40, 400).map((days) => (histories: TwoHistories) => histories.pass(days)) },
        { weight: 1, arbitrary: who.map((part) => (histories: TwoHistories) => histories.mergeOrSplit(part)) },
      ),
      { maxLength: 30, size: 'max' },
    ),
    fc.option(who),
  )
  .map(([steps, erased]) => [...steps, ...(erased === null ? [] : [(histories: TwoHistories) => histories.fact(erased, erasure)])]);
