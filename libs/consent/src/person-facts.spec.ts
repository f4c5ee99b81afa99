import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '#contracts';
import { decideUnder } from './decide-under.js';
import { chosenOf, effective } from './effective.js';
import { emptyStream, evolve, type Draft, type Stream } from './consent.js';
import { decideOverride } from './override.js';
import { evolvePerson, nobodySpecial, type PersonState } from './person.js';
import { decideFact, type PersonFact } from './person-facts.js';
import { decidePreferences } from './preferences.js';
import { allInEffect } from './decide-under.js';
import type { PurposeRule } from './purposes.js';

const rule = (id: string, more: Partial<PurposeRule>): PurposeRule => ({ id, holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-a', choice: 'grant-withdraw', ...more });
const newsletter = rule('newsletter', { channels: ['email'] });
const marketing = rule('marketing', { channels: ['app', 'email', 'sms'] });
const profile = rule('profile', {});
const reach = rule('reach', { basis: 'eu-gdpr:A6-1-f', choice: 'object-lift', directMarketing: true });
const security = rule('security', { basis: 'eu-gdpr:A6-1-f', choice: 'object-lift', weighed: true });
const contract = rule('contract', { basis: 'eu-gdpr:A6-1-b', choice: 'told' });
const claims = rule('claims', { basis: 'eu-gdpr:A6-1-f', basisNote: 'no-objection-a21-1', choice: 'told' });
const vital = rule('vital', { basis: 'eu-gdpr:A6-1-d', choice: 'told' });
const PURPOSES = [newsletter, marketing, profile, reach, security, contract, claims, vital];
const notice = { id: 'n', version: '1', locale: 'sv', sha256: '0' };

const time = (tick: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, tick)).toISOString().replace('Z', '000Z');

/** One person, decided on and evolved as the ledger does it. */
class Someone {
  person: PersonState = nobodySpecial;
  readonly streams = new Map<string, Stream>();
  readonly written: { purpose: string; type: string; reason?: string }[] = [];
  tick = 1;

  stream(purpose: PurposeRule): Stream {
    return this.streams.get(purpose.id) ?? emptyStream(purpose);
  }

  private take(purpose: PurposeRule, drafts: Draft[]): void {
    for (const { preferred: _kept, ...draft } of drafts) {
      const before = this.stream(purpose);
      this.written.push({ purpose: purpose.id, type: draft.type, reason: draft.reason });
      this.streams.set(purpose.id, evolve(before, { ...draft, event: `${this.tick}`, version: before.version + 1, recordedAt: time(this.tick) }));
    }
  }

  decide(purpose: PurposeRule, decision: Decision, channels?: string[]): string {
    this.tick += 1;
    const command = { decision, holder: 'person', actor: { kind: 'person', id: 'p' }, recordedAt: time(this.tick), channels, notice } as const;
    const outcome = decideUnder({ ...command }, this.stream(purpose), purpose, this.person);
    if (outcome.kind === 'done') this.take(purpose, outcome.drafts);
    return outcome.kind === 'refused' ? outcome.code : outcome.kind;
  }

  prefer(purpose: PurposeRule, channels: string[] | null): string {
    this.tick += 1;
    const outcome = decidePreferences({ channels }, this.stream(purpose), purpose, time(this.tick));
    if (outcome.kind === 'done') this.take(purpose, allInEffect(outcome.drafts, purpose, this.stream(purpose), this.person, time(this.tick)));
    return outcome.kind === 'refused' ? outcome.code : outcome.kind;
  }

  fact(fact: PersonFact): string[] {
    this.tick += 1;
    const entries = decideFact(fact, this.person, PURPOSES.map((purpose) => ({ purpose, stream: this.stream(purpose) })), time(this.tick));
    for (const { purpose, draft } of entries) {
      if (purpose !== '~person') this.take(purpose, [draft]);
      else {
        this.person = evolvePerson(this.person, draft);
        this.written.push({ purpose: '~person', type: draft.type, reason: draft.reason });
      }
    }
    return entries.map(({ purpose }) => (typeof purpose === 'string' ? purpose : purpose.id));
  }

  get allowed(): string[] {
    return PURPOSES.filter((purpose) => this.stream(purpose).allowed).map(({ id }) => id);
  }

  /** What was chosen, without what stands above it. */
  get choices(): unknown[] {
    return PURPOSES.map((purpose) => {
      const { status, allowed, channels, partners } = chosenOf(this.stream(purpose));
      return { purpose: purpose.id, status: status === 'renewed' ? 'given' : status, allowed, channels: channels ?? [], partners };
    });
  }
}

const restrict: PersonFact = { kind: 'restrict', ground: 'accuracy-contested' };
const lift: PersonFact = { kind: 'lift-restriction', ground: 'verified' };

describe('restriction (GDPR 18)', () => {
  test('leaves legal claims, vital interests, and consents given since', () => {
    const anna = new Someone();
    anna.decide(newsletter, 'grant');
    expect(anna.fact(restrict)).toEqual(['claims', 'contract', 'newsletter', 'reach', 'security', 'vital', '~person']);
    expect(anna.allowed).toEqual(['claims', 'vital']);
    expect(anna.stream(newsletter)).toMatchObject({ status: 'restricted', allowed: false, channels: [] });
    anna.decide(profile, 'grant');
    expect(anna.allowed).toEqual(['profile', 'claims', 'vital']);
  });

  test('gives back at its end what was chosen, a withdrawal made meanwhile included', () => {
    const anna = new Someone();
    anna.decide(newsletter, 'grant');
    anna.decide(marketing, 'grant', ['email', 'sms']);
    anna.fact(restrict);
    anna.decide(newsletter, 'withdraw');
    anna.fact(lift);
    expect(anna.stream(newsletter)).toMatchObject({ status: 'withdrawn', allowed: false });
    expect(anna.stream(marketing)).toMatchObject({ status: 'given', allowed: true, channels: ['email', 'sms'] });
    expect(anna.allowed).toEqual(['marketing', 'reach', 'security', 'contract', 'claims', 'vital']);
  });

  test('does not stand above a consent that is given again', () => {
    const anna = new Someone();
    anna.decide(newsletter, 'grant');
    anna.fact(restrict);
    expect(anna.decide(newsletter, 'grant')).toBe('done');
    expect(anna.stream(newsletter)).toMatchObject({ status: 'renewed', allowed: true, channels: ['email'] });
  });

  test('stands above what is left of a consent, of which a part is taken back', () => {
    const anna = new Someone();
    anna.decide(marketing, 'grant', ['app', 'email', 'sms']);
    anna.fact(restrict);
    expect(anna.decide(marketing, 'withdraw', ['sms'])).toBe('done');
    expect(anna.stream(marketing)).toMatchObject({ status: 'restricted', allowed: false, channels: [] });
    anna.fact({ kind: 'suppress', channels: ['app'] });
    expect(anna.stream(marketing)).toMatchObject({ status: 'restricted', allowed: false });
    anna.decide(marketing, 'grant', ['email']);
    expect(anna.stream(marketing)).toMatchObject({ allowed: true, channels: ['email'] });
    anna.decide(marketing, 'grant', ['email', 'sms']);
    anna.decide(marketing, 'withdraw', ['sms']);
    expect(anna.stream(marketing)).toMatchObject({ status: 'renewed', allowed: true, channels: ['email'] });
    anna.fact(lift);
    expect(anna.stream(marketing)).toMatchObject({ allowed: true, channels: ['email'] });
  });

  test('has the latest of the ends that were given to it, and none where one of its grounds has none', () => {
    const anna = new Someone();
    const until = (end?: number): string | undefined => {
      anna.fact({ kind: 'restrict', ground: 'claims', ...(end !== undefined && { until: time(end) }) });
      return anna.person.restrictedUntil;
    };
    expect([until(500), until(400), until(900), until(), until(950)]).toEqual([time(500), time(500), time(900), undefined, undefined]);
    expect(anna.person.restrictedSince).toBe(time(2));
    anna.fact(lift);
    expect([anna.person.restrictedUntil, until(100)]).toEqual([undefined, time(100)]);
  });

  test('asked for again restricts what was consented to since the first, too', () => {
    const anna = new Someone();
    anna.fact(restrict);
    anna.decide(newsletter, 'grant');
    expect(anna.stream(newsletter).allowed).toBe(true);
    const before = anna.person.restrictedSince ?? '';
    anna.fact(restrict);
    expect([anna.stream(newsletter).allowed, anna.stream(newsletter).chosen?.status]).toEqual([false, 'given']);
    expect((anna.person.restrictedSince ?? '') > before).toBe(true);
    expect(anna.fact(restrict)).toEqual([]);
    anna.decide(newsletter, 'grant');
    expect(anna.stream(newsletter).allowed).toBe(true);
    anna.fact(lift);
    expect(anna.stream(newsletter).allowed).toBe(true);
  });

  test('that stands already writes nothing', () => {
    const anna = new Someone();
    anna.fact(restrict);
    expect(anna.fact(restrict)).toEqual([]);
    expect(new Someone().fact(lift)).toEqual([]);
  });
});

describe('suppression, pause and preferred channels', () => {
  test('stand above a choice and are no withdrawal of it', () => {
    const anna = new Someone();
    anna.decide(marketing, 'grant', ['email', 'sms']);
    anna.fact({ kind: 'suppress', channels: ['sms'] });
    expect(anna.stream(marketing)).toMatchObject({ status: 'given', allowed: true, channels: ['email'], chosen: { channels: ['email', 'sms'] } });
    anna.fact({ kind: 'suppress' });
    expect(anna.stream(marketing)).toMatchObject({ status: 'given', allowed: false, channels: [] });
    anna.fact({ kind: 'end-suppression' });
    expect(anna.stream(marketing)).toMatchObject({ allowed: true, channels: ['email', 'sms'] });
    expect(anna.stream(marketing).chosen).toBeUndefined();
  });

  test('never stop what reaches nobody or cannot be switched (rule 9)', () => {
    const anna = new Someone();
    anna.decide(profile, 'grant');
    anna.fact({ kind: 'suppress' });
    expect(anna.allowed).toEqual(['profile', 'security', 'contract', 'claims', 'vital']);
  });

  test('a grant under suppression is kept, and comes into force with its end', () => {
    const anna = new Someone();
    anna.fact({ kind: 'suppress' });
    anna.decide(newsletter, 'grant');
    expect(anna.stream(newsletter)).toMatchObject({ allowed: false, channels: [], chosen: { allowed: true, channels: ['email'] } });
    anna.fact({ kind: 'end-suppression' });
    expect(anna.stream(newsletter)).toMatchObject({ allowed: true, channels: ['email'] });
  });

  test('preferred channels narrow a consent and never widen it', () => {
    const anna = new Someone();
    anna.decide(marketing, 'grant', ['email', 'sms']);
    expect(anna.prefer(marketing, ['app'])).toBe('channel_not_consented');
    expect(anna.prefer(marketing, ['post'])).toBe('channel_unknown');
    anna.prefer(marketing, ['sms']);
    expect(anna.stream(marketing)).toMatchObject({ status: 'given', channels: ['sms'] });
    anna.decide(marketing, 'withdraw', ['sms']);
    expect(anna.stream(marketing)).toMatchObject({ status: 'given', allowed: false, channels: [], chosen: { allowed: true, channels: ['email'] } });
    anna.prefer(marketing, null);
    expect(anna.stream(marketing)).toMatchObject({ allowed: true, channels: ['email'] });
  });

  test('what the catalogue allows on channels that nobody chose is on all of them again when nothing stands above it', () => {
    for (const letters of [rule('letters', { basis: 'eu-gdpr:A6-1-f', choice: 'object-lift', channels: ['email', 'sms'] }), rule('notes', { basis: 'eu-gdpr:A6-1-b', choice: 'told', channels: ['email', 'sms'] })]) {
      const now = time(10);
      const under = (person: Partial<PersonState>) => effective(letters, emptyStream(letters), { ...nobodySpecial, ...person }, now);
      expect(under({})).toMatchObject({ allowed: true, channels: undefined });
      const reaches = letters.choice !== 'told';
      expect(under({ suppressedChannels: ['sms'] })).toMatchObject({ allowed: true, channels: reaches ? ['email'] : undefined });
      expect(under({ suppressedChannels: ['email', 'sms'] }).allowed).toBe(!reaches);
      expect(under({ suppressed: true }).allowed).toBe(!reaches);
      expect(under({ pausedUntil: time(100) }).allowed).toBe(!reaches);
      expect(under({ pausedUntil: time(9) })).toMatchObject({ allowed: true, channels: undefined });
    }
  });

  test('and so it is when the facts are recorded and end one after another', () => {
    const letters = rule('letters', { basis: 'eu-gdpr:A6-1-f', choice: 'object-lift', channels: ['email', 'sms'] });
    let [person, stream] = [nobodySpecial, emptyStream(letters)];
    const told: (string[] | undefined | false)[] = [];
    const facts: PersonFact[] = [{ kind: 'suppress', channels: ['sms'] }, { kind: 'suppress', channels: ['email'] }, { kind: 'end-suppression' }, { kind: 'suppress', channels: ['sms'] }, { kind: 'end-suppression', channels: ['sms'] }, { kind: 'pause', until: time(900) }, { kind: 'end-pause' }, restrict, lift];
    for (const [tick, fact] of facts.entries()) {
      for (const { purpose, draft } of decideFact(fact, person, [{ purpose: letters, stream }], time(tick + 2))) {
        if (purpose === '~person') person = evolvePerson(person, draft);
        else stream = evolve(stream, { ...draft, event: `${tick}`, version: stream.version + 1, recordedAt: time(tick + 2) });
      }
      told.push(stream.allowed && stream.channels);
    }
    expect(told).toEqual([['email'], false, undefined, ['email'], undefined, false, undefined, false, undefined]);
    expect(stream.chosen).toBeUndefined();
  });

  test('a consent that was given before its purpose had channels is not withdrawn by what stands above others', () => {
    const stream: Stream = { version: 1, status: 'given', allowed: true, since: time(1) };
    expect(effective(marketing, stream, nobodySpecial, time(5))).toMatchObject({ status: 'given', allowed: true, channels: [] });
  });

  test('a pause ends with its time, by the same decision asked again', () => {
    const anna = new Someone();
    anna.decide(newsletter, 'grant');
    anna.fact({ kind: 'pause', until: time(1_000) });
    expect(anna.stream(newsletter)).toMatchObject({ allowed: false, preferences: { pausedUntil: time(1_000) } });
    anna.tick = 2_000;
    anna.fact({ kind: 'end-pause' });
    expect(anna.stream(newsletter)).toMatchObject({ allowed: true, channels: ['email'] });
    expect(anna.stream(newsletter).preferences).toBeUndefined();
  });
});

test('a fact that changes nothing for a purpose writes nothing of it, in whatever order its wishes stand in the bytes', () => {
  const stream: Stream = { version: 3, status: 'given', allowed: false, channels: [], preferences: { language: 'sv', pausedUntil: time(900), topics: ['sport'] }, since: time(1), chosen: { status: 'given', allowed: true, channels: ['email'] } };
  expect(decideFact({ kind: 'suppress', channels: ['sms'] }, nobodySpecial, [{ purpose: newsletter, stream }], time(5)).map(({ purpose }) => purpose)).toEqual(['~person']);
});

describe('an objection is overridden', () => {
  test('only where the policy weighs it, on a recorded ground, and never against direct marketing (GDPR 21)', () => {
    const objected = (purpose: PurposeRule): Stream => ({ version: 1, status: 'objected', allowed: false, since: time(1), channels: undefined, event: purpose.id });
    const outcome = decideOverride({ ground: 'security-incident' }, objected(security), security, time(2));
    expect(outcome).toMatchObject({ kind: 'done', drafts: [{ type: 'objection-lifted', fact: { ground: 'security-incident' }, after: { status: 'objected', allowed: true } }] });
    expect(decideOverride({ ground: 'x' }, objected(reach), reach, time(2))).toEqual({ kind: 'refused', code: 'override_not_possible' });
    expect(decideOverride({ ground: 'x' }, objected(reach), { ...reach, weighed: true }, time(2))).toEqual({ kind: 'refused', code: 'override_not_possible' });
    expect(decideOverride({ ground: 'x' }, emptyStream(security), security, time(2))).toEqual({ kind: 'refused', code: 'no_objection' });
  });
});

describe('erasure', () => {
  test('ends every permission, each consent as a withdrawal, and lets nothing begin again', () => {
    const anna = new Someone();
    anna.decide(newsletter, 'grant');
    anna.fact({ kind: 'suppress' });
    anna.fact({ kind: 'erase', reason: 'erased', ground: 'eu-gdpr:A17-1-b', kept: [] });
    expect(anna.allowed).toEqual([]);
    expect(anna.written.filter(({ reason }) => reason === 'erased').map(({ purpose, type }) => `${purpose} ${type}`)).toEqual([
      'claims person-erased', 'contract person-erased', 'newsletter consent-withdrawn', 'reach person-erased', 'security person-erased', 'vital person-erased', '~person person-erased',
    ]);
    expect(anna.decide(newsletter, 'grant')).toBe('person_erased');
    expect(anna.decide(newsletter, 'withdraw')).toBe('unchanged');
    expect(anna.fact({ kind: 'suppress' })).toEqual([]);
  });
});

type Step = { decide: Decision; on: number; channels?: string[] } | { fact: PersonFact } | { prefer: string[] | null };

const steps = fc.array(
  fc.oneof(
    fc.record({ decide: fc.constantFrom<Decision>('grant', 'refuse', 'withdraw', 'object', 'lift', 'request'), on: fc.nat(PURPOSES.length - 1), channels: fc.option(fc.subarray(['app', 'email', 'sms'], { minLength: 1 }), { nil: undefined }) }),
    fc.record({
      fact: fc.constantFrom<PersonFact>(restrict, lift, { kind: 'suppress' }, { kind: 'suppress', channels: ['sms'] }, { kind: 'end-suppression' }, { kind: 'end-suppression', channels: ['sms'] }, { kind: 'pause', until: time(900) }, { kind: 'end-pause' }),
    }),
  ) as fc.Arbitrary<Step>,
  { maxLength: 30 },
);

function run(who: Someone, list: Step[], withFacts: boolean): void {
  for (const step of list) {
    if ('decide' in step) {
      const purpose = PURPOSES[step.on] ?? newsletter;
      who.decide(purpose, step.decide, purpose.channels && step.channels?.filter((channel) => purpose.channels?.includes(channel)));
    } else if ('fact' in step && withFacts) who.fact(step.fact);
    else who.tick += 1;
  }
}

describe('whatever happens to a person', () => {
  test('no fact changes what was chosen, and what is in force is never more than that', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const [plain, special] = [new Someone(), new Someone()];
        run(plain, list, false);
        run(special, list, true);
        expect(special.choices).toEqual(plain.choices);
        for (const purpose of PURPOSES) {
          const stream = special.stream(purpose);
          const chosen = chosenOf(stream);
          expect(stream.allowed && !chosen.allowed).toBe(false);
          expect((stream.channels ?? []).filter((channel) => !chosen.channels?.includes(channel))).toEqual([]);
        }
      }),
    );
  });

  test('when every fact has ended, what was chosen is what is in force', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const [plain, special] = [new Someone(), new Someone()];
        run(plain, list, false);
        run(special, list, true);
        for (const fact of [lift, { kind: 'end-suppression' }, { kind: 'end-pause' }] as PersonFact[]) special.fact(fact);
        expect(special.allowed).toEqual(plain.allowed);
        for (const purpose of PURPOSES) expect(special.stream(purpose).chosen).toBeUndefined();
      }),
    );
  });
});
