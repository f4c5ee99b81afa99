import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision, LedgerEvent } from '#contracts';
import { allInEffect, decideUnder } from './decide-under.js';
import { chosenOf } from './effective.js';
import { decidePauseEnd } from './end-of-time.js';
import { emptyStream, evolve, type Draft, type Stream } from './consent.js';
import { closeMerged, mergedChoice, takeMerged } from './merge.js';
import { evolvePerson, nobodySpecial, type PersonState } from './person.js';
import { decideFact, type FactEntry, type PersonFact } from './person-facts.js';
import { decidePreferences, type PreferenceChange } from './preferences.js';
import { sidesOf, type Sides } from './sides.js';
import { releasePart, reopenPart, settlePart } from './split.js';
import { foldWhole, wholeAt } from './whole.js';
import type { PurposeRule } from './purposes.js';
import { keptUntil } from './retention.js';
import { timersAfter } from './timer.js';

const rule = (id: string, more: Partial<PurposeRule>): PurposeRule => ({ id, holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-a', choice: 'grant-withdraw', ...more });
const marketing = rule('marketing', { channels: ['app', 'email', 'sms'] });
const newsletter = rule('newsletter', { channels: ['email'] });
const profile = rule('profile', {});
const reach = rule('reach', { basis: 'eu-gdpr:A6-1-f', choice: 'object-lift', directMarketing: true });
const contract = rule('contract', { basis: 'eu-gdpr:A6-1-b', choice: 'told' });
const PURPOSES = [marketing, newsletter, profile, reach, contract];
const notice = { id: 'n', version: '1', locale: 'sv', sha256: '0' };

let tick = 0;
const time = (): string => new Date(Date.UTC(2026, 0, 1, 0, 0, (tick += 1))).toISOString().replace('Z', '000Z');

class Person {
  state: PersonState = nobodySpecial;
  readonly streams = new Map<string, Stream>();
  readonly events: LedgerEvent[] = [];
  constructor(
    readonly id: string,
    readonly identifier: string,
  ) {}

  get held(): { purpose: PurposeRule; stream: Stream }[] {
    return PURPOSES.map((purpose) => ({ purpose, stream: this.streams.get(purpose.id) ?? emptyStream(purpose) }));
  }

  /** Writes entries of one request, as the ledger does; gives the last event's id. */
  write(entries: FactEntry<PurposeRule>[], request: string, viaId = this.identifier): string {
    for (const { purpose, draft, via } of entries) {
      const id = typeof purpose === 'string' ? purpose : purpose.id;
      const before = this.streams.get(id) ?? (typeof purpose === 'string' ? { version: 0, status: 'unknown' as const, allowed: false } : emptyStream(purpose));
      const { preferred: _unwritten, ...members } = draft as Draft;
      const event = {
        v: 1, ledger: 'l', event: `${this.id}-${this.events.length + 1}`, person: this.id, kind: 'person', seq: this.events.length + 1, purpose: id, version: before.version + 1,
        recordedAt: draft.occurredAt, actor: { kind: 'system', id: 'crm' }, request, ordinal: 0, ...((via?.id ?? viaId) !== '' && { via: 'email', viaId: via?.id ?? viaId }), ...members,
      } as LedgerEvent;
      this.events.push(event);
      if (id === '~person') this.state = evolvePerson(this.state, event);
      else this.streams.set(id, evolve(before, event));
    }
    return this.events.at(-1)?.event ?? '';
  }

  decide(purpose: PurposeRule, decision: Decision, channels?: string[], viaId?: string, shown = notice): void {
    const now = time();
    const stream = this.streams.get(purpose.id) ?? emptyStream(purpose);
    const outcome = decideUnder({ decision, holder: 'person', actor: { kind: 'system', id: 'crm' }, recordedAt: now, channels: purpose.channels && channels?.filter((one) => purpose.channels?.includes(one)), notice: shown }, stream, purpose, this.state);
    if (outcome.kind === 'done') this.write(outcome.drafts.map((draft) => ({ purpose, draft })), now, viaId);
  }

  wish(purpose: PurposeRule, change: PreferenceChange, viaId?: string): void {
    const now = time();
    const stream = this.stream(purpose);
    const outcome = decidePreferences(change, stream, purpose, now);
    if (outcome.kind === 'done') this.write(allInEffect(outcome.drafts, purpose, stream, this.state, now).map((draft) => ({ purpose, draft })), now, viaId);
  }

  stream(purpose: PurposeRule): Stream {
    return this.streams.get(purpose.id) ?? emptyStream(purpose);
  }

  fact(fact: PersonFact): void {
    const now = time();
    this.write(decideFact(fact, this.state, this.held, now), now);
  }

  get shown(): unknown[] {
    return this.held.map(({ purpose, stream }) => {
      const { status, preferences } = chosenOf(stream);
      return { purpose: purpose.id, status: stream.status, allowed: stream.allowed, channels: stream.channels ?? [], chosen: status, used: usedOf(stream), preferences };
    });
  }

  get allowed(): string[] {
    return this.held.filter(({ stream }) => stream.allowed).map(({ purpose }) => purpose.id);
  }
}

/** Of the channels that were chosen, those that are to be used. */
function usedOf(stream: Stream): string[] {
  const { allowed, channels = [], preferred = channels } = chosenOf(stream);
  return allowed ? preferred : [];
}

const sidesFor = (part: Person, whole: Person, others: Person[] = []): Sides => {
  const relatives = new Map([part, whole, ...others].map(({ id, events, identifier }) => [id, { events, identifiers: new Set([identifier]) }]));
  const sides = sidesOf({ part: part.events, whole: whole.events, relatives, purposes: PURPOSES });
  if (!sides) throw new Error('never merged');
  return sides;
};

function merge(part: Person, whole: Person): void {
  const request = `merge-${(tick += 1)}`;
  const before = foldWhole(part.events);
  const cause = part.write(closeMerged(whole.id, part.state, part.held, time()), request, '');
  whole.write(takeMerged({ other: part.id, cause, from: before }, whole.state, whole.held, time()), cause, '');
}

function split(part: Person, whole: Person, others: Person[] = []): void {
  const sides = sidesFor(part, whole, others);
  const cause = part.write(reopenPart(whole.id, sides.part, part.state, part.held, time()), `split-${(tick += 1)}`, '');
  whole.write(releasePart({ other: part.id, cause, side: sides.whole }, whole.state, whole.held, time()), cause, '');
}

const two = (): [Person, Person] => [new Person('a', 'mail-a'), new Person('b', 'mail-b')];

const days = (n: number): number => (tick += n * 24 * 60 * 60);

/** A word of a person, and those after it. */
type Said = [decision: Decision, channels?: string[], then?: Said];

function say(person: Person, purpose: PurposeRule, [decision, channels, then]: Said): void {
  person.decide(purpose, decision, channels);
  if (then) say(person, purpose, then);
}

/** What an import of everything, as of a time, would do. */
const imported = ({ streams, state }: Person, purpose: PurposeRule, occurredAt: string) =>
  decideUnder({ decision: 'grant', holder: 'person', actor: { kind: 'system', id: 'import' }, reason: 'import', recordedAt: time(), occurredAt, notice }, streams.get(purpose.id) ?? emptyStream(purpose), purpose, state);

describe('a merge (rule 15)', () => {
  test('ends the permissions of the one, and carries a known yes to the other who had said nothing', () => {
    const [anna, bea] = two();
    anna.decide(newsletter, 'grant');
    merge(anna, bea);
    expect(anna.allowed).toEqual([]);
    expect(anna.state.mergedInto).toBe('b');
    expect(anna.events.filter(({ reason }) => reason === 'merged').map(({ purpose }) => purpose)).toEqual(['newsletter']);
    expect(bea.streams.get('newsletter')).toMatchObject({ status: 'given', allowed: true, channels: ['email'], via: { id: 'mail-a' } });
    expect(bea.events.at(-1)).toMatchObject({ type: 'person-merged', purpose: '~person', request: anna.events.at(-1)?.event });
  });

  test('lets the more protective answer win, whichever side it stood on', () => {
    for (const turned of [false, true]) {
      const [anna, bea] = two();
      const [yes, no] = turned ? [anna, bea] : [bea, anna];
      yes.decide(newsletter, 'grant');
      no.decide(newsletter, 'withdraw');
      no.decide(reach, 'object');
      merge(anna, bea);
      expect(bea.allowed).toEqual(['contract']);
    }
  });

  test('of two consents leaves what both allow', () => {
    const [anna, bea] = two();
    anna.decide(marketing, 'grant', ['email', 'sms']);
    bea.decide(marketing, 'grant', ['app', 'sms']);
    merge(anna, bea);
    expect(bea.streams.get('marketing')).toMatchObject({ allowed: true, channels: ['sms'] });
  });

  test.each<[string, PurposeRule, Said, Said]>([
    ['to all, of both the later', newsletter, ['withdraw'], ['withdraw']],
    ['to a part, where both have the same', marketing, ['grant', ['email']], ['grant', ['email'], ['withdraw', ['sms']]]],
    ['to a part, where both have less', marketing, ['grant', ['email', 'sms']], ['grant', ['email', 'sms'], ['withdraw', ['sms']]]],
    ['to what the later of two lists leaves out', marketing, ['grant', ['email']], ['grant', ['email']]],
  ])('forgets no "no" %s: no import of a time before it adds anything', (_, purpose, first, second) => {
    for (const turned of [false, true]) {
      const [anna, bea] = two();
      say(turned ? anna : bea, purpose, first);
      days(10);
      const between = time();
      days(10);
      say(turned ? bea : anna, purpose, second);
      days(2);
      merge(anna, bea);
      const before = bea.streams.get(purpose.id);
      expect(imported(bea, purpose, between)).toMatchObject({ kind: 'done', late: true });
      split(anna, bea);
      for (const { streams } of [anna, bea]) expect([streams.get(purpose.id)?.status, streams.get(purpose.id)?.allowed]).toEqual([before?.status, before?.allowed]);
      expect(imported(turned ? bea : anna, purpose, between)).toMatchObject({ kind: 'done', late: true });
    }
  });

  test('writes nothing where the other says nothing, and makes no "no" of what somebody typed', () => {
    const [anna, bea] = two();
    bea.decide(newsletter, 'withdraw');
    bea.decide(reach, 'object');
    const version = (): number[] => [newsletter, reach].map(({ id }) => bea.streams.get(id)?.version ?? 0);
    const before = version();
    merge(anna, bea);
    expect([version(), bea.streams.get('newsletter')?.lastNo]).toEqual([before, undefined]);
  });

  test('makes no "no" of a younger yes to all', () => {
    const [anna, bea] = two();
    for (const one of [bea, anna]) say(one, marketing, ['grant']);
    const version = bea.streams.get('marketing')?.version;
    merge(anna, bea);
    expect(bea.streams.get('marketing')).toMatchObject({ version, lastNo: undefined });
  });

  test('done again writes nothing', () => {
    const [anna, bea] = two();
    merge(anna, bea);
    expect(closeMerged('b', anna.state, anna.held, time())).toEqual([]);
  });
});

describe('a split (rule 15)', () => {
  test('leaves a "no" to a part with both, also where it took nothing of one, or of both', () => {
    for (const has of [['email', 'sms'], ['email']]) {
      const [anna, bea] = two();
      anna.decide(marketing, 'grant', has);
      bea.decide(marketing, 'grant', has);
      merge(anna, bea);
      days(10);
      const before = time();
      days(10);
      bea.decide(marketing, 'withdraw', ['sms']);
      days(2);
      split(anna, bea);
      for (const one of [anna, bea]) {
        expect(one.streams.get('marketing')).toMatchObject({ allowed: true, channels: ['email'] });
        expect(imported(one, marketing, before)).toMatchObject({ kind: 'done', late: true });
        expect(decideUnder({ decision: 'withdraw', holder: 'person', actor: { kind: 'system', id: 'crm' }, recordedAt: time(), occurredAt: before }, one.streams.get('marketing') ?? emptyStream(marketing), marketing, one.state)).toMatchObject({ kind: 'done', drafts: [{ type: 'consent-withdrawn' }] });
      }
    }
  });

  test.each<[string, Said | undefined, Said]>([
    ['to all, of whoever had said yes', ['grant'], ['withdraw']],
    ['to all, of whoever had said no before', ['withdraw'], ['withdraw']],
    ['to a part, of whoever had said nothing', undefined, ['grant', ['email', 'sms'], ['withdraw', ['sms']]]],
  ])('leaves a "no" that was said while merged with both: %s', (_, before, said) => {
    const [anna, bea] = two();
    if (before) say(anna, marketing, before);
    days(5);
    merge(anna, bea);
    days(10);
    const between = time();
    days(10);
    say(bea, marketing, said);
    days(2);
    split(anna, bea);
    expect(imported(anna, marketing, between)).toMatchObject({ kind: 'done', late: true });
  });

  test('of an own yes that an older "no" of the other ends: no import of before it counts', () => {
    const [anna, bea] = two();
    anna.decide(marketing, 'withdraw');
    days(5);
    const between = time();
    days(5);
    bea.decide(marketing, 'grant', ['email']);
    merge(anna, bea);
    expect(bea.streams.get('marketing')).toMatchObject({ status: 'withdrawn', allowed: false });
    expect(imported(bea, marketing, between)).toMatchObject({ kind: 'done', late: true });
  });

  test('gives each what came by his own identifier meanwhile, and a withdrawal to both', () => {
    const [anna, bea] = two();
    anna.decide(newsletter, 'grant');
    merge(anna, bea);
    bea.decide(profile, 'grant', undefined, 'mail-a');
    bea.decide(marketing, 'grant', ['sms'], 'mail-b');
    bea.decide(newsletter, 'withdraw', undefined, 'mail-b');
    split(anna, bea);
    expect(anna.allowed).toEqual(['profile', 'reach', 'contract']);
    expect(bea.allowed).toEqual(['marketing', 'reach', 'contract']);
    expect(anna.state.mergedInto).toBeUndefined();
  });
});

const [NEXT_YEAR, YEAR_AFTER] = ['2027-01-01T00:00:00.000000Z', '2028-01-01T00:00:00.000000Z'];
const WISHES: PreferenceChange[] = [{ channels: ['email'] }, { channels: ['sms'] }, { channels: [] }, { channels: null }, { pausedUntil: NEXT_YEAR }, { pausedUntil: YEAR_AFTER }, { pausedUntil: null }, { topics: ['sport'] }];

const doings = fc.array(
  fc.oneof(
    fc.record({ who: fc.boolean(), decision: fc.constantFrom<Decision>('grant', 'refuse', 'withdraw', 'object', 'lift'), on: fc.nat(PURPOSES.length - 1), channels: fc.subarray(['app', 'email', 'sms'], { minLength: 1 }) }),
    fc.record({ who: fc.boolean(), fact: fc.constantFrom<PersonFact>({ kind: 'restrict', ground: 'x' }, { kind: 'lift-restriction', ground: 'x' }, { kind: 'suppress' }, { kind: 'suppress', channels: ['sms'] }, { kind: 'end-suppression' }, { kind: 'pause', until: NEXT_YEAR }, { kind: 'end-pause' }) }),
    fc.record({ who: fc.boolean(), decision: fc.constant<Decision>('grant'), on: fc.constantFrom(0, 0, 1), channels: fc.subarray(['app', 'email', 'sms'], { minLength: 1 }) }),
    fc.record({ who: fc.boolean(), wish: fc.constantFrom(...WISHES), on: fc.constantFrom(0, 0, 1, 3, 4) }),
  ),
  { maxLength: 16 },
);

/** One of `doings`, done by or to a person. */
function act(who: Person, step: ReturnType<typeof doings.generate>['value'][number], viaId?: string): void {
  if ('fact' in step) who.fact(step.fact);
  else if ('wish' in step) who.wish(PURPOSES[step.on] ?? newsletter, step.wish, viaId);
  else who.decide(PURPOSES[step.on] ?? newsletter, step.decision, step.channels, viaId);
}

describe('whatever two people have decided', () => {
  test('merge and then split leaves status, allowed and channels of both as before, and their histories as prefixes', () => {
    fc.assert(
      fc.property(doings, (list) => {
        const [anna, bea] = two();
        for (const step of list) act(step.who ? anna : bea, step);
        const before = [anna.shown, bea.shown];
        const histories = [[...anna.events], [...bea.events]];
        merge(anna, bea);
        expect(anna.allowed).toEqual([]);
        split(anna, bea);
        expect([anna.shown, bea.shown]).toEqual(before);
        expect([anna.events.slice(0, histories[0]?.length), bea.events.slice(0, histories[1]?.length)]).toEqual(histories);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a merge uses no channel that either had switched off, and nothing that either had paused', () => {
    fc.assert(
      fc.property(doings, (list) => {
        const [anna, bea] = two();
        for (const step of list) act(step.who ? anna : bea, step);
        const before = PURPOSES.map((purpose) => [anna, bea].map((who) => chosenOf(who.stream(purpose))));
        merge(anna, bea);
        for (const [at, purpose] of PURPOSES.entries()) {
          const both = before[at] ?? [];
          const off = both.filter(({ allowed }) => allowed).flatMap((one) => (one.channels ?? []).filter((channel) => !usedOf(one).includes(channel)));
          const paused = both.flatMap(({ preferences }) => preferences?.pausedUntil ?? []).sort();
          expect(bea.stream(purpose).channels?.filter((channel) => off.includes(channel)) ?? []).toEqual([]);
          expect(chosenOf(bea.stream(purpose)).preferences?.pausedUntil).toBe(paused.at(-1));
          if (paused.length > 0) expect(bea.stream(purpose).allowed).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a merge allows nothing that either of them had said no to', () => {
    fc.assert(
      fc.property(doings, (list) => {
        const [anna, bea] = two();
        for (const step of list) if (!('fact' in step)) act(step.who ? anna : bea, step);
        const no = [anna, bea].flatMap((who) => who.held.filter(({ stream }) => ['refused', 'withdrawn', 'objected'].includes(stream.status)).map(({ purpose }) => purpose.id));
        merge(anna, bea);
        expect(bea.allowed.filter((id) => no.includes(id))).toEqual([]);
      }),
    );
  });
});

describe('a consent renewed while merged', () => {
  test.each([[['email']], [['app', 'email']]])('gives him under whose address it was not renewed his own end, text and address back (%j)', (channels) => {
    const [anna, bea] = two();
    const rule = { ...marketing, validMonths: 12 };
    for (const who of [anna, bea]) who.decide(rule, 'grant', ['app', 'email']);
    const before = [anna, bea].map((who) => who.streams.get('marketing'));
    merge(anna, bea);
    bea.decide(rule, 'grant', channels, 'mail-a', { ...notice, version: '2' });
    const renewed = bea.streams.get('marketing');
    expect(renewed?.validUntil).not.toBe(before[1]?.validUntil);
    split(anna, bea);
    const terms = (stream: Stream | undefined) => ({ validUntil: stream?.validUntil, notice: stream?.notice, via: stream?.via });
    expect(terms(bea.streams.get('marketing'))).toEqual(terms(before[1]));
    expect(terms(anna.streams.get('marketing'))).toEqual(terms(renewed));
    for (const who of [anna, bea]) expect(who.streams.get('marketing')?.channels).toEqual(channels);
  });

  test('leaves no address with him who had consented without one', () => {
    const [anna, bea] = two();
    anna.decide(newsletter, 'grant');
    bea.decide(newsletter, 'grant', undefined, '');
    merge(anna, bea);
    bea.decide(newsletter, 'grant', undefined, 'mail-a', { ...notice, version: '2' });
    split(anna, bea);
    expect(bea.streams.get('newsletter')).toMatchObject({ status: 'given', allowed: true, via: undefined });
  });
});

describe('a split after a withdrawal made while merged', () => {
  test('grants nobody what he had not consented to himself, also where only a part was taken away', () => {
    for (const by of ['mail-a', 'mail-b']) {
      const [anna, bea] = two();
      bea.decide(marketing, 'grant', ['email', 'sms']);
      merge(anna, bea);
      const now = time();
      const stream = bea.streams.get('marketing') ?? emptyStream(marketing);
      const outcome = decideUnder({ decision: 'withdraw', holder: 'person', actor: { kind: 'system', id: 'crm' }, recordedAt: now, channels: ['sms'] }, stream, marketing, bea.state);
      if (outcome.kind === 'done') bea.write(outcome.drafts.map((draft) => ({ purpose: marketing, draft })), now, by);
      split(anna, bea);
      expect(anna.streams.get('marketing')?.allowed ?? false).toBe(false);
      expect(anna.events.filter(({ type }) => type === 'consent-granted')).toEqual([]);
      expect(bea.streams.get('marketing')).toMatchObject({ status: 'given', allowed: true, channels: ['email'] });
    }
  });
});

describe('a merge with a request open over a "no"', () => {
  test('does not take the yes of the other over it', () => {
    const [anna, bea] = two();
    anna.decide(newsletter, 'grant');
    bea.decide(newsletter, 'withdraw');
    bea.decide(newsletter, 'request');
    expect(bea.streams.get('newsletter')?.status).toBe('requested');
    merge(anna, bea);
    expect(bea.allowed).not.toContain('newsletter');
  });
});

test('a request that was open before a merge and a split keeps nobody for ever: neither its confirmation nor its lapse can end it any more', () => {
  for (const part of [true, false]) {
    const [anna, bea] = two();
    const asking = part ? anna : bea;
    asking.decide(newsletter, 'request');
    if (!part) anna.decide(newsletter, 'grant');
    expect(keptUntil(asking.held, time())).toBeUndefined();
    merge(anna, bea);
    split(anna, bea);
    expect(asking.streams.get('newsletter')).toMatchObject({ status: 'requested', open: undefined });
    expect(keptUntil(asking.held, time())).toBeDefined();
    asking.decide(newsletter, 'request');
    expect(keptUntil(asking.held, time())).toBeUndefined();
  }
});

describe('what was put on the merged person', () => {
  test.each<[string, PersonFact, string[]]>([
    ['a suppression', { kind: 'suppress' }, ['profile', 'contract']],
    ['a suppressed channel', { kind: 'suppress', channels: ['email'] }, ['profile', 'reach', 'contract']],
    ['a pause', { kind: 'pause', until: '2027-01-01T00:00:00.000000Z' }, ['profile', 'contract']],
    ['a restriction', { kind: 'restrict', ground: 'x' }, []],
  ])('%s: holds for both after a split, over what each had chosen', (_name, fact, left) => {
    const [anna, bea] = two();
    for (const who of [anna, bea]) for (const purpose of [newsletter, profile]) who.decide(purpose, 'grant');
    merge(anna, bea);
    bea.fact(fact);
    split(anna, bea);
    for (const who of [anna, bea]) {
      expect(who.allowed.filter((id) => !left.includes(id))).toEqual([]);
      expect(chosenOf(who.streams.get('newsletter') ?? emptyStream(newsletter))).toMatchObject({ status: 'given', allowed: true });
    }
  });

  test('and taken off again before the split holds for nobody; what the part had himself before stays with him', () => {
    const [anna, bea] = two();
    anna.fact({ kind: 'suppress', channels: ['sms'] });
    for (const who of [anna, bea]) who.decide(marketing, 'grant');
    merge(anna, bea);
    bea.fact({ kind: 'suppress', channels: ['app', 'email'] });
    bea.fact({ kind: 'end-suppression', channels: ['app'] });
    split(anna, bea);
    expect(anna.state.suppressedChannels).toEqual(['email', 'sms']);
    expect(bea.state.suppressedChannels).toContain('email');
    expect(anna.streams.get('marketing')?.channels).toEqual(['app']);
  });

  test('gives nobody the other one’s consent', () => {
    const [anna, bea] = two();
    anna.decide(newsletter, 'grant');
    merge(anna, bea);
    bea.fact({ kind: 'suppress' });
    bea.fact({ kind: 'end-suppression' });
    split(anna, bea);
    expect([anna.allowed.includes('newsletter'), bea.allowed.includes('newsletter')]).toEqual([true, false]);
  });

  test('whatever is decided while merged: after the split nobody is allowed what he did not grant himself, what was said no to last, or what was paused', () => {
    fc.assert(
      fc.property(doings, doings, (before, during) => {
        const [anna, bea] = two();
        const granted = new Map<Person, Set<string>>([[anna, new Set()], [bea, new Set()]]);
        const no = new Set<string>();
        const paused = new Map<string, string | null>();
        const actBy = (who: Person, step: (typeof before)[number], by: Person): void => {
          act(who, step, by.identifier);
          if ('decision' in step && step.decision === 'grant') granted.get(by)?.add((PURPOSES[step.on] ?? newsletter).id);
        };
        for (const step of before) actBy(step.who ? anna : bea, step, step.who ? anna : bea);
        merge(anna, bea);
        const merged = bea.state;
        for (const step of during) {
          const written = bea.events.length;
          actBy(bea, step, step.who ? anna : bea);
          if ('wish' in step && step.wish.pausedUntil !== undefined && bea.events.length > written) paused.set((PURPOSES[step.on] ?? newsletter).id, step.wish.pausedUntil);
          if (bea.events.length === written || !('decision' in step) || !['withdraw', 'refuse', 'object', 'grant', 'lift'].includes(step.decision)) continue;
          const { id, choice, channels } = PURPOSES[step.on] ?? newsletter;
          const whole = step.decision === 'refuse' || !channels || choice === 'object-lift';
          if (['grant', 'lift'].includes(step.decision)) no.delete(id);
          else if (whole && choice !== 'told') no.add(id);
        }
        const put = { suppressed: bea.state.suppressed && !merged.suppressed, restricted: bea.state.restrictedSince !== undefined && merged.restrictedSince === undefined };
        split(anna, bea);
        for (const who of [anna, bea]) {
          const consents = PURPOSES.filter(({ choice }) => choice === 'grant-withdraw').map(({ id }) => id);
          expect(who.allowed.filter((id) => consents.includes(id) && !granted.get(who)?.has(id))).toEqual([]);
          expect(who.allowed.filter((id) => no.has(id))).toEqual([]);
          for (const [id, until] of paused) if (until !== null) expect((who.streams.get(id)?.preferences?.pausedUntil ?? '') >= until).toBe(true);
        }
        for (const { state } of [anna, bea]) {
          if (put.suppressed) expect(state.suppressed).toBe(true);
          if (put.restricted) expect(state.restrictedSince).toBeDefined();
        }
      }),
    );
  });
});

describe('a restriction with an end', () => {
  const [SOON, LATE] = ['2027-01-01T00:00:00.000000Z', '2028-01-01T00:00:00.000000Z'];
  const until = (who: Person): string | undefined => who.state.restrictedUntil;
  const restricts = (...people: Person[]): boolean[] => people.map(({ state }) => state.restrictedSince !== undefined);
  const stand = (who: Person) => timersAfter(who.events.at(-1) as LedgerEvent).stand;

  test('ends at its time for whoever it came to by a merge, and for him whose it is after the split; the other is free again', () => {
    const [anna, bea] = two();
    anna.fact({ kind: 'restrict', ground: 'x', until: SOON });
    merge(anna, bea);
    expect([restricts(bea), until(bea), stand(bea)]).toEqual([[true], SOON, { until: SOON }]);
    bea.fact({ kind: 'suppress', channels: ['sms'] });
    split(anna, bea);
    expect([restricts(anna, bea), until(anna), stand(anna)]).toEqual([[true, false], SOON, { until: SOON }]);
    expect(stand(bea)).toBe('gone');
  });

  test.each<[string | undefined, string | undefined, string | undefined]>([[SOON, LATE, LATE], [LATE, SOON, LATE], [SOON, undefined, undefined], [undefined, SOON, undefined]])('of two (%s and %s) ends with neither before the other, and each gets his own back', (one, other, both) => {
    const [anna, bea] = two();
    anna.fact({ kind: 'restrict', ground: 'x', until: one });
    bea.fact({ kind: 'restrict', ground: 'x', until: other });
    merge(anna, bea);
    expect([until(bea), stand(bea)]).toEqual([both, both === undefined ? 'gone' : { until: both }]);
    split(anna, bea);
    expect([restricts(anna, bea), until(anna), until(bea)]).toEqual([[true, true], one, other]);
    expect(stand(bea)).toEqual(other === undefined ? 'gone' : { until: other });
  });

  test('that was prolonged while merged holds for both until then, and one that was put on by the merge alone for nobody else', () => {
    const [anna, bea] = two();
    anna.fact({ kind: 'restrict', ground: 'x', until: SOON });
    merge(anna, bea);
    bea.fact({ kind: 'restrict', ground: 'y', until: LATE });
    split(anna, bea);
    expect([restricts(anna, bea), until(anna), until(bea)]).toEqual([[true, true], LATE, LATE]);
  });

  test('is over for him whose it is where its end came while he was merged', () => {
    const whole = { person: { ...nobodySpecial, restrictedSince: '2026-01-01T00:00:00.000000Z', restrictedUntil: SOON }, streams: new Map() };
    expect(wholeAt(whole, [], '2026-12-31T00:00:00.000000Z')).toEqual(whole);
    expect(wholeAt(whole, [], SOON).person).toMatchObject({ restrictedSince: undefined, restrictedUntil: undefined });
  });
});

test('what was put on the one before the merge does not stay with the other after the split, whatever else was put on him meanwhile', () => {
  const [anna, bea] = two();
  anna.fact({ kind: 'restrict', ground: 'x' });
  anna.fact({ kind: 'suppress' });
  merge(anna, bea);
  bea.fact({ kind: 'pause', until: '2027-01-01T00:00:00.000000Z' });
  split(anna, bea);
  expect(bea.state).toMatchObject({ restrictedSince: undefined, suppressed: false, pausedUntil: '2027-01-01T00:00:00.000000Z' });
  expect(anna.state).toMatchObject({ suppressed: true, pausedUntil: '2027-01-01T00:00:00.000000Z' });
  expect(anna.state.restrictedSince).toBeDefined();
});

test('of two consents, one from before its purpose had channels, what both allow is left', () => {
  const given = (channels?: string[]): Stream => ({ version: 1, status: 'given', allowed: true, since: time(), channels });
  const both = [mergedChoice(marketing, given(['email']), given(), time()), mergedChoice(marketing, given(), given(['email']), time())];
  expect(both.map(({ status, allowed, channels }) => [status, allowed, channels])).toEqual([['given', true, ['email']], ['given', true, ['email']]]);
  expect(both.map(usedOf)).toEqual([['email'], ['email']]);
});

describe('a consent from before a restriction', () => {
  test('stays restricted where it moves by a merge and a split, though a part of it was taken back since', () => {
    const [anna, bea] = two();
    anna.decide(marketing, 'grant', ['email', 'sms']);
    bea.fact({ kind: 'restrict', ground: 'x' });
    anna.decide(marketing, 'withdraw', ['sms']);
    merge(anna, bea);
    expect(bea.streams.get('marketing')).toMatchObject({ status: 'restricted', allowed: false });
    split(anna, bea);
    anna.fact({ kind: 'restrict', ground: 'x' });
    expect([anna.allowed.includes('marketing'), bea.allowed.includes('marketing')]).toEqual([false, false]);
  });
});

describe('a consent given since a restriction', () => {
  const restrict: PersonFact = { kind: 'restrict', ground: 'x' };

  test('still stands after a split and whatever is recorded then', () => {
    const [anna, bea] = two();
    merge(anna, bea);
    bea.fact(restrict);
    bea.decide(marketing, 'grant', ['email', 'sms'], 'mail-a');
    split(anna, bea);
    expect(anna.allowed).toContain('marketing');
    anna.fact({ kind: 'suppress', channels: ['sms'] });
    expect(anna.streams.get('marketing')).toMatchObject({ status: 'given', allowed: true, channels: ['email'] });
    expect(bea.allowed).not.toContain('marketing');
  });

  test('and before another of somebody else is restricted where they become one', () => {
    const [anna, bea] = two();
    bea.fact(restrict);
    anna.decide(marketing, 'grant', ['email']);
    bea.decide(newsletter, 'grant', ['email']);
    anna.fact(restrict);
    merge(anna, bea);
    expect([bea.streams.get('marketing')?.status, bea.streams.get('newsletter')?.status]).toEqual(['restricted', 'restricted']);
    bea.fact({ kind: 'suppress', channels: ['sms'] });
    expect(bea.allowed).not.toContain('marketing');
    split(anna, bea);
    bea.fact({ kind: 'end-suppression', channels: ['sms'] });
    expect([anna.allowed.includes('marketing'), bea.allowed.includes('newsletter')]).toEqual([false, true]);
  });

  test('and before another that was put on the whole is restricted for the part, too', () => {
    const [anna, bea] = two();
    anna.fact(restrict);
    merge(anna, bea);
    bea.decide(marketing, 'grant', ['email'], 'mail-a');
    bea.fact(restrict);
    split(anna, bea);
    anna.fact({ kind: 'suppress', channels: ['sms'] });
    expect(anna.streams.get('marketing')).toMatchObject({ status: 'restricted', allowed: false });
  });
});

describe('three people who become one and come apart in any order', () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ who: fc.nat(2), decision: fc.constantFrom<Decision>('grant', 'grant', 'refuse', 'withdraw', 'object', 'lift', 'request'), on: fc.nat(PURPOSES.length - 1), channels: fc.subarray(['app', 'email', 'sms'], { minLength: 1 }) }) },
      { weight: 1, arbitrary: fc.record({ who: fc.nat(2), fact: fc.constantFrom<PersonFact>({ kind: 'suppress' }, { kind: 'suppress', channels: ['sms'] }, { kind: 'end-suppression' }, { kind: 'restrict', ground: 'x' }, { kind: 'restrict', ground: 'x', until: '2027-01-01T00:00:00.000000Z' }, { kind: 'lift-restriction', ground: 'x' }) }) },
      { weight: 2, arbitrary: fc.record({ who: fc.nat(2), wish: fc.constantFrom(...WISHES), on: fc.constantFrom(0, 0, 1, 3) }) },
      { weight: 2, arbitrary: fc.record({ who: fc.nat(2), into: fc.nat(2) }) },
      { weight: 2, arbitrary: fc.record({ who: fc.nat(2), off: fc.constant(true) }) },
    ),
    { maxLength: 30 },
  );
  const NO_WORDS = new Set<Decision>(['refuse', 'withdraw', 'object']);
  const CONSENTS = PURPOSES.filter(({ choice }) => choice === 'grant-withdraw').map(({ id }) => id);

  class Three {
    readonly people = [new Person('a', 'mail-a'), new Person('b', 'mail-b'), new Person('c', 'mail-c')];
    /** When somebody last said yes himself, and when a "no" was last said by him or by whomever he was a part of. */
    readonly yes = new Map<string, number>();
    readonly no = new Map<string, number>();

    one(index: number): Person {
      return this.people[index] as Person;
    }

    homeOf(one: Person): Person {
      const into = this.people.find(({ id }) => id === one.state.mergedInto);
      return into ? this.homeOf(into) : one;
    }

    familyOf = (home: Person): Person[] => this.people.filter((one) => this.homeOf(one) === home);

    say(one: Person, decision: Decision, purpose: PurposeRule, channels: string[]): void {
      const home = this.homeOf(one);
      const written = home.events.length;
      home.decide(purpose, decision, channels, one.identifier);
      const { status = 'unknown', allowed = false } = home.streams.get(purpose.id) ?? {};
      if (decision === 'grant' || decision === 'lift') {
        if (home.events.length > written) this.yes.set(`${one.id} ${purpose.id}`, tick);
      } else if (NO_WORDS.has(decision) && home.events.length > written && !allowed && ['refused', 'withdrawn', 'objected'].includes(status)) {
        for (const { id } of this.familyOf(home)) this.no.set(`${id} ${purpose.id}`, tick);
      }
    }

    merge(one: Person, other: Person): void {
      const home = this.homeOf(other);
      if (one.state.mergedInto !== undefined || home === one) return;
      const now = (): unknown[] => [one, home].map(({ shown, state }) => ({ shown, ...state }));
      const before = now();
      const no = [one, home].flatMap((each) => each.held.filter(({ stream }) => ['refused', 'withdrawn', 'objected'].includes(chosenOf(stream).status)).map(({ purpose }) => purpose.id));
      merge(one, home);
      expect(home.allowed.filter((id) => no.includes(id))).toEqual([]);
      this.split(one);
      expect(now()).toEqual(before);
      merge(one, home);
    }

    split(one: Person): void {
      const whole = this.people.find(({ id }) => id === one.state.mergedInto);
      if (whole && whole.state.mergedInto === undefined) split(one, whole, this.people);
    }

    check(): void {
      for (const home of this.people) {
        const family = this.familyOf(home).map(({ id }) => id);
        const last = (words: Map<string, number>, purpose: string): number => Math.max(0, ...family.map((id) => words.get(`${id} ${purpose}`) ?? 0));
        expect(home.allowed.filter((id) => family.length === 0 || (CONSENTS.includes(id) && last(this.yes, id) === 0))).toEqual([]);
        expect(home.allowed.filter((id) => last(this.no, id) > last(this.yes, id))).toEqual([]);
      }
    }
  }

  test('nobody is allowed more than he or a part of him said yes to, a "no" holds for all who were one when it was said, and a split gives back what was', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const three = new Three();
        for (const step of list) {
          const one = three.one(step.who);
          if ('decision' in step) three.say(one, step.decision, PURPOSES[step.on] ?? newsletter, step.channels);
          else if ('fact' in step) three.homeOf(one).fact(step.fact);
          else if ('wish' in step) three.homeOf(one).wish(PURPOSES[step.on] ?? newsletter, step.wish, one.identifier);
          else if ('into' in step) three.merge(one, three.one(step.into));
          else three.split(one);
          three.check();
        }
      }),
      {
        numRuns: 300,
        examples: [
          [[{ who: 2, into: 1 }, { who: 1, fact: { kind: 'suppress' } }, { who: 1, decision: 'grant', on: 0, channels: ['app', 'email'] }, { who: 1, decision: 'grant', on: 0, channels: ['app'] }, { who: 0, into: 1 }]],
          [[{ who: 2, decision: 'withdraw', on: 3, channels: ['sms'] }, { who: 1, fact: { kind: 'suppress' } }, { who: 2, into: 1 }, { who: 0, into: 1 }]],
          [[{ who: 0, into: 1 }, { who: 0, fact: { kind: 'restrict', ground: 'x', until: '2027-01-01T00:00:00.000000Z' } }, { who: 0, decision: 'grant', on: 0, channels: ['sms'] }, { who: 0, off: true }, { who: 0, into: 1 }]],
        ],
      },
    );
  });
});

describe('what comes in the moment of a split', () => {
  /** The first half of a split, from histories as they stood before something more came to the merged person. */
  function half(part: Person, whole: Person, meanwhile: () => void): void {
    const stale = sidesFor(part, whole);
    const cause = part.write(reopenPart(whole.id, stale.part, part.state, part.held, time()), `split-${(tick += 1)}`, '');
    const reopenedAt = part.events.at(-1)?.recordedAt ?? '';
    meanwhile();
    const sides = sidesFor(part, whole);
    const released = whole.write(releasePart({ other: part.id, cause, side: sides.whole }, whole.state, whole.held, time()), cause, '');
    for (const settle of [1, 2]) part.write(settlePart({ other: whole.id, cause: released, side: sides.part, reopenedAt }, part.state, part.held, time()), `${released}-${settle}`, '');
  }

  test('a withdrawal, an objection and a suppression hold for both; settled again nothing is written', () => {
    const [anna, bea] = two();
    for (const who of [anna, bea]) for (const purpose of [newsletter, marketing]) who.decide(purpose, 'grant');
    merge(anna, bea);
    half(anna, bea, () => {
      bea.decide(newsletter, 'withdraw', undefined, 'mail-b');
      bea.decide(reach, 'object', undefined, 'mail-a');
      bea.fact({ kind: 'suppress', channels: ['sms'] });
    });
    for (const who of [anna, bea]) {
      expect(who.allowed).toEqual(['marketing', 'contract']);
      expect(who.streams.get('marketing')?.channels).toEqual(['app', 'email']);
    }
    expect(anna.events.filter(({ fact }) => fact?.role === 'settled')).toHaveLength(1);
  });

  test('does not undo what the part has decided since he is himself again', () => {
    const [anna, bea] = two();
    for (const who of [anna, bea]) who.decide(newsletter, 'grant');
    merge(anna, bea);
    half(anna, bea, () => {
      bea.decide(newsletter, 'withdraw', undefined, 'mail-b');
      anna.decide(newsletter, 'withdraw', undefined, 'mail-a');
      anna.decide(newsletter, 'grant', undefined, 'mail-a');
    });
    expect([anna.allowed.includes('newsletter'), bea.allowed.includes('newsletter')]).toEqual([true, false]);
  });

  test('with nothing in it writes nothing more', () => {
    const [anna, bea] = two();
    for (const who of [anna, bea]) who.decide(newsletter, 'grant');
    merge(anna, bea);
    half(anna, bea, () => undefined);
    expect(anna.events.at(-1)).toMatchObject({ type: 'person-split', fact: { role: 'from' } });
  });
});

test('a consent that has run out is over, though its end was never written for this person', () => {
  const given: Stream = { version: 1, status: 'given', allowed: true, channels: ['email'], since: '2026-01-01T00:00:00.000000Z', validUntil: '2026-03-01T00:00:00.000000Z', via: { kind: 'email', id: 'mail-a' } };
  const whole = { person: nobodySpecial, streams: new Map([['newsletter', given]]) };
  expect(wholeAt(whole, [], '2026-02-28T00:00:00.000000Z')).toEqual(whole);
  expect(wholeAt(whole, [], '2026-03-01T00:00:00.000000Z').streams.get('newsletter')).toMatchObject({ status: 'expired', allowed: false, channels: [], via: undefined, since: '2026-03-01T00:00:00.000000Z' });
});

test('of two objections the one that stands beats the one that was overridden, whichever side has it', () => {
  const objected: Stream = { version: 1, status: 'objected', allowed: false, since: '2026-01-01T00:00:00.000000Z' };
  const overridden: Stream = { ...objected, allowed: true, overriddenUntil: '2027-01-01T00:00:00.000000Z' };
  const merged = (own: Stream, from: Stream) => mergedChoice(reach, own, from, time());
  expect(merged(overridden, objected)).toMatchObject({ status: 'objected', allowed: false });
  expect(merged(objected, overridden)).toMatchObject({ status: 'objected', allowed: false });
  expect(merged(overridden, emptyStream(reach))).toMatchObject({ status: 'objected', allowed: true });
});

describe('channels that somebody switched off', () => {
  const used = (...people: Person[]): (string[] | undefined)[] => people.map((one) => one.stream(marketing).channels);

  test('stay off for the one who takes in somebody else, after the merge and after the split', () => {
    const [anna, bea] = two();
    bea.decide(marketing, 'grant', ['app', 'email', 'sms']);
    bea.wish(marketing, { channels: ['email'] });
    anna.decide(marketing, 'grant', ['email']);
    merge(anna, bea);
    expect(used(bea)).toEqual([['email']]);
    split(anna, bea);
    expect(used(anna, bea)).toEqual([['email'], ['email']]);
    expect(chosenOf(bea.stream(marketing))).toMatchObject({ channels: ['app', 'email', 'sms'], preferred: ['email'] });
  });

  test('stay off where a consent moves with a merge, and where it comes back', () => {
    const [anna, bea] = two();
    anna.decide(marketing, 'grant', ['email', 'sms']);
    anna.wish(marketing, { channels: ['email'] });
    merge(anna, bea);
    expect(used(bea)).toEqual([['email']]);
    split(anna, bea);
    expect(used(anna)).toEqual([['email']]);
    expect(chosenOf(anna.stream(marketing))).toMatchObject({ channels: ['email', 'sms'], preferred: ['email'] });
  });

  test.each<[string, string[] | null, string[] | null, string[]]>([
    ['those that one uses', ['email'], null, ['email']],
    ['those that both use', ['app', 'email'], ['email', 'sms'], ['email']],
    ['none, where both use none in common', ['email'], ['sms'], []],
    ['none, where one uses none', [], null, []],
  ])('of two consents leave %s, and each gets his own back', (_, one, other, both) => {
    for (const turned of [false, true]) {
      const [anna, bea] = two();
      for (const who of [anna, bea]) who.decide(marketing, 'grant', ['app', 'email', 'sms']);
      (turned ? bea : anna).wish(marketing, { channels: one });
      (turned ? anna : bea).wish(marketing, { channels: other });
      const before = used(anna, bea);
      merge(anna, bea);
      expect(bea.stream(marketing)).toMatchObject({ channels: both, allowed: both.length > 0 });
      expect(chosenOf(bea.stream(marketing))).toMatchObject({ status: 'given', channels: ['app', 'email', 'sms'] });
      split(anna, bea);
      expect(used(anna, bea)).toEqual(before);
    }
  });

  test('by the one while they were merged are switched off for the other no more after the split', () => {
    const [anna, bea] = two();
    for (const who of [anna, bea]) who.decide(marketing, 'grant', ['email', 'sms']);
    merge(anna, bea);
    bea.wish(marketing, { channels: ['email'] }, 'mail-a');
    split(anna, bea);
    expect(used(anna, bea)).toEqual([['email'], ['email', 'sms']]);
  });
});

describe('a pause of one purpose', () => {
  const pauses = (purpose: PurposeRule, ...people: Person[]): (string | undefined)[] => people.map((one) => one.stream(purpose).preferences?.pausedUntil);
  const timer = (one: Person, purpose: PurposeRule) => timersAfter(one.events.findLast((event) => event.purpose === purpose.id) as LedgerEvent).pause;
  const ends = (one: Person, purpose: PurposeRule, at: string): void => {
    const outcome = decidePauseEnd(one.stream(purpose), purpose, one.state, at);
    if (outcome.kind === 'done') one.write(outcome.drafts.map((draft) => ({ purpose, draft })), at, '');
  };

  test('holds for the one who takes somebody in, and ends by itself; after a split with him only whose it is', () => {
    const [anna, bea] = two();
    for (const who of [anna, bea]) who.decide(newsletter, 'grant');
    for (const purpose of [newsletter, reach]) anna.wish(purpose, { pausedUntil: NEXT_YEAR });
    merge(anna, bea);
    for (const purpose of [newsletter, reach]) {
      expect([bea.stream(purpose).allowed, pauses(purpose, bea), timer(bea, purpose)]).toEqual([false, [NEXT_YEAR], { until: NEXT_YEAR }]);
      expect(bea.stream(purpose).chosen).toMatchObject({ allowed: true });
    }
    split(anna, bea);
    for (const purpose of [newsletter, reach]) {
      expect([anna.stream(purpose).allowed, bea.stream(purpose).allowed]).toEqual([false, true]);
      expect([timer(anna, purpose), timer(bea, purpose)]).toEqual([{ until: NEXT_YEAR }, 'gone']);
      ends(anna, purpose, NEXT_YEAR);
      expect([anna.stream(purpose).allowed, timer(anna, purpose)]).toEqual([true, 'gone']);
    }
  });

  test.each([[NEXT_YEAR, YEAR_AFTER], [YEAR_AFTER, NEXT_YEAR]])('of two (%s and %s) lasts until the later end, and each gets his own back', (one, other) => {
    const [anna, bea] = two();
    for (const who of [anna, bea]) who.decide(newsletter, 'grant');
    anna.wish(newsletter, { pausedUntil: one });
    bea.wish(newsletter, { pausedUntil: other });
    merge(anna, bea);
    expect([pauses(newsletter, bea), timer(bea, newsletter)]).toEqual([[YEAR_AFTER], { until: YEAR_AFTER }]);
    split(anna, bea);
    expect(pauses(newsletter, anna, bea)).toEqual([one, other]);
    expect([timer(anna, newsletter), timer(bea, newsletter)]).toEqual([{ until: one }, { until: other }]);
  });

  test.each(['mail-a', 'mail-b', ''])('that was begun while merged holds for both after the split, whoever began it (%j), and ends by itself', (viaId) => {
    const [anna, bea] = two();
    for (const who of [anna, bea]) who.decide(newsletter, 'grant');
    merge(anna, bea);
    for (const purpose of [newsletter, reach, profile]) bea.wish(purpose, { pausedUntil: NEXT_YEAR }, viaId);
    split(anna, bea);
    for (const who of [anna, bea]) {
      for (const purpose of [newsletter, reach]) {
        expect([who.stream(purpose).allowed, chosenOf(who.stream(purpose)).allowed, timer(who, purpose)]).toEqual([false, true, { until: NEXT_YEAR }]);
        ends(who, purpose, NEXT_YEAR);
        expect(who.stream(purpose).allowed).toBe(true);
      }
      expect([who.stream(profile).status, pauses(profile, who)]).toEqual(['unknown', [NEXT_YEAR]]);
    }
  });

  test('that was taken off while merged holds for nobody; what the part had himself before stays with him', () => {
    const [anna, bea] = two();
    anna.wish(reach, { pausedUntil: NEXT_YEAR });
    merge(anna, bea);
    for (const purpose of [newsletter, reach]) {
      bea.wish(purpose, { pausedUntil: YEAR_AFTER });
      bea.wish(purpose, { pausedUntil: null });
    }
    split(anna, bea);
    expect([pauses(reach, anna, bea), pauses(newsletter, anna, bea)]).toEqual([[NEXT_YEAR, undefined], [undefined, undefined]]);
  });

  test('that came with the one stays with the other by nothing that he says of the purpose while merged', () => {
    const [anna, bea] = two();
    for (const who of [anna, bea]) who.decide(marketing, 'grant', ['email']);
    for (const purpose of [marketing, reach, newsletter]) anna.wish(purpose, { pausedUntil: NEXT_YEAR });
    merge(anna, bea);
    bea.decide(marketing, 'grant', ['email', 'sms'], 'mail-b');
    bea.wish(marketing, { topics: ['sport'] }, 'mail-b');
    bea.decide(newsletter, 'withdraw', undefined, 'mail-b');
    bea.decide(reach, 'object', undefined, 'mail-b');
    bea.decide(reach, 'lift', undefined, 'mail-b');
    split(anna, bea);
    expect(bea.stream(marketing)).toMatchObject({ allowed: true, channels: ['email', 'sms'], preferences: { topics: ['sport'] } });
    for (const purpose of [marketing, reach, newsletter]) expect(pauses(purpose, anna, bea)).toEqual([NEXT_YEAR, undefined]);
  });

  test('that is over moves nothing, and one that moves makes no decision late', () => {
    const [anna, bea] = two();
    for (const who of [anna, bea]) who.decide(newsletter, 'grant');
    anna.wish(newsletter, { pausedUntil: time() });
    days(1);
    const version = bea.stream(newsletter).version;
    const earlier = time();
    anna.wish(reach, { pausedUntil: NEXT_YEAR });
    merge(anna, bea);
    expect(bea.stream(newsletter)).toMatchObject({ version, allowed: true });
    split(anna, bea);
    expect(bea.stream(newsletter)).toMatchObject({ version, allowed: true });
    for (const { stream, state } of [{ stream: bea.stream(reach), state: bea.state }]) expect(decideUnder({ decision: 'object', holder: 'person', actor: { kind: 'system', id: 'crm' }, recordedAt: time(), occurredAt: earlier }, stream, reach, state)).toMatchObject({ drafts: [{ type: 'objection-raised' }] });
  });

  test('that was begun or taken off where the merged person was himself a part of somebody else holds for both', () => {
    const [anna, bea, carl] = [...two(), new Person('c', 'mail-c')] as const;
    for (const who of [anna, bea]) who.decide(newsletter, 'grant');
    merge(anna, bea);
    merge(bea, carl);
    carl.wish(newsletter, { pausedUntil: NEXT_YEAR }, 'mail-c');
    split(bea, carl, [anna]);
    split(anna, bea, [carl]);
    expect(pauses(newsletter, anna, bea, carl)).toEqual([NEXT_YEAR, NEXT_YEAR, NEXT_YEAR]);
  });

  test('begun in the moment of a split holds for the part, too', () => {
    const [anna, bea] = two();
    for (const who of [anna, bea]) who.decide(newsletter, 'grant');
    merge(anna, bea);
    const stale = sidesFor(anna, bea);
    const cause = anna.write(reopenPart('b', stale.part, anna.state, anna.held, time()), 'split-late', '');
    const reopenedAt = anna.events.at(-1)?.recordedAt ?? '';
    bea.wish(newsletter, { pausedUntil: NEXT_YEAR });
    const sides = sidesFor(anna, bea);
    const released = bea.write(releasePart({ other: 'a', cause, side: sides.whole }, bea.state, bea.held, time()), cause, '');
    const settled = () => settlePart({ other: 'b', cause: released, side: sides.part, reopenedAt }, anna.state, anna.held, time());
    anna.write(settled(), released, '');
    expect([pauses(newsletter, anna, bea), settled()]).toEqual([[NEXT_YEAR, NEXT_YEAR], []]);
  });
});
