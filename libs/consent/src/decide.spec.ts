import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DECISIONS, type Decision } from '#contracts';
import type { Command, Outcome } from './command.js';
import { isProtective } from './command.js';
import { emptyStream, evolve, type Stream } from './consent.js';
import { decide } from './decide.js';
import { mayProcess } from './answer.js';
import type { PurposeRule } from './purposes.js';

const NOW = '2026-11-22T10:00:00.000000Z';
const LATER = '2026-11-22T10:05:00.000000Z';
const EARLIER = '2026-11-22T09:55:00.000000Z';
const notice = { id: 'newsletter-signup', version: '1.3', locale: 'sv', sha256: 'a'.repeat(64) };
const system = { kind: 'system', id: 'crm' } as const;
const unverified = { kind: 'unverified', id: 'website' } as const;
const person = { kind: 'person', id: 'p' } as const;

const rule = (members: Partial<PurposeRule>): PurposeRule => ({ id: 'x', holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-a', choice: 'grant-withdraw', ...members });
const newsletter = rule({ channels: ['email'], doubleOptIn: true });
const marketing = rule({ channels: ['app', 'sms', 'social'] });
const sharing = rule({ partners: true });
const plain = rule({});
const yearly = rule({ validMonths: 12 });
const cookies = rule({ holder: 'device' });
const interest = rule({ choice: 'object-lift', basis: 'eu-gdpr:A6-1-f' });
const told = rule({ choice: 'told', basis: 'eu-gdpr:A6-1-b' });
const ALL = [newsletter, marketing, sharing, plain, yearly, cookies, interest, told];

const command = (decision: Decision, more: Partial<Command> = {}): Command => ({ decision, holder: 'person', actor: system, recordedAt: NOW, notice, ...more });

let events = 0;
function after(stream: Stream, outcome: Outcome, recordedAt = NOW): Stream {
  if (outcome.kind !== 'done') return stream;
  return outcome.drafts.reduce((before, draft) => evolve(before, { ...draft, event: `e${(events += 1)}`, version: before.version + 1, recordedAt }), stream);
}

/** Given what was decided before, when this is decided: the outcome. */
function given(purpose: PurposeRule, ...before: Command[]): { when(next: Command): Outcome; stream: Stream } {
  const stream = before.reduce((state, next) => after(state, decide(next, state, purpose), next.recordedAt), emptyStream(purpose));
  return { stream, when: (next) => decide(next, stream, purpose) };
}

const types = (outcome: Outcome): string[] => (outcome.kind === 'done' ? outcome.drafts.map((draft) => draft.type) : [outcome.kind === 'refused' ? outcome.code : outcome.kind]);
const last = (outcome: Outcome) => (outcome.kind === 'done' ? outcome.drafts.at(-1)?.after : undefined);

describe('a claimed time ahead of the ledger’s clock', () => {
  const ahead = '2026-11-22T10:04:00.000000Z';
  test('makes nothing late that is said after it: the confirmation of a request, a withdrawal by a system', () => {
    const asked = given(newsletter, command('grant', { actor: unverified, occurredAt: ahead }));
    expect(asked.stream).toMatchObject({ status: 'requested', since: NOW });
    const soon = '2026-11-22T10:01:00.000000Z';
    expect(last(asked.when(command('grant', { actor: person, confirms: asked.stream.event, recordedAt: soon })))).toMatchObject({ status: 'given', allowed: true });
    expect(types(given(plain, command('grant', { occurredAt: ahead })).when(command('withdraw', { recordedAt: soon })))).toEqual(['consent-withdrawn']);
  });
  test('of more than five minutes is refused for what gives', () => {
    expect(types(given(plain).when(command('grant', { occurredAt: '2026-11-22T10:05:01.000000Z' })))).toEqual(['occurred_in_future']);
  });
});

describe('a late decision', () => {
  test('keeps what it named', () => {
    const state = given(marketing, command('grant', { occurredAt: NOW }));
    const outcome = state.when(command('withdraw', { channels: ['sms', 'app'], occurredAt: EARLIER, recordedAt: LATER }));
    expect(outcome).toMatchObject({ kind: 'done', late: true, drafts: [{ type: 'decision-recorded', fact: { channels: ['app', 'sms'] }, after: { channels: ['app', 'sms', 'social'] } }] });
  });
});

describe('a late grant', () => {
  test('keeps its complete lists and its end, so that no later catalogue changes what held', () => {
    const no = given(rule({ channels: ['app', 'sms'], validMonths: 12 }), command('withdraw'));
    expect(no.when(command('grant', { occurredAt: EARLIER, recordedAt: LATER }))).toMatchObject({ late: true, drafts: [{ fact: { channels: ['app', 'sms'], validUntil: '2027-11-22T09:55:00.000000Z' } }] });
  });
});

describe('for somebody who was erased', () => {
  test('a grant that others say he gives asks him first, whatever the purpose', () => {
    expect(types(given(plain).when(command('grant', { actor: unverified, asksFirst: true })))).toEqual(['request-opened']);
    expect(types(given(plain).when(command('grant', { actor: person, asksFirst: true })))).toEqual(['consent-granted']);
  });
});

describe('a grant', () => {
  test('without the notice that was shown is refused', () => {
    expect(types(given(plain).when(command('grant', { notice: undefined })))).toEqual(['notice_unknown']);
  });
  test('gives the consent with the notice, and every channel where it names none', () => {
    const outcome = given(marketing).when(command('grant'));
    expect(last(outcome)).toEqual({ status: 'given', allowed: true, channels: ['app', 'sms', 'social'], partners: undefined, preferences: undefined, validUntil: undefined, since: NOW, notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' } });
  });
  test('again with the same notice and channels changes nothing; in another language it renews', () => {
    const state = given(plain, command('grant'));
    expect(types(state.when(command('grant', { recordedAt: LATER })))).toEqual(['unchanged']);
    expect(last(state.when(command('grant', { recordedAt: LATER, notice: { ...notice, locale: 'da' } })))).toMatchObject({ status: 'renewed', since: LATER });
  });
  test('of a consent that ends renews it, since its end moves', () => {
    const state = given(yearly, command('grant'));
    expect(state.stream.validUntil).toBe('2027-11-22T10:00:00.000000Z');
    expect(last(state.when(command('grant', { recordedAt: LATER })))).toMatchObject({ status: 'renewed', validUntil: '2027-11-22T10:05:00.000000Z' });
  });
  test('with a smaller list withdraws what is missing, with a larger one grants, with both withdraws first', () => {
    const state = given(marketing, command('grant', { channels: ['app', 'sms'] }));
    expect(types(state.when(command('grant', { channels: ['app'] })))).toEqual(['consent-withdrawn']);
    expect(types(state.when(command('grant', { channels: ['app', 'sms', 'social'] })))).toEqual(['consent-granted']);
    const both = state.when(command('grant', { channels: ['social', 'sms'], recordedAt: LATER }));
    expect(types(both)).toEqual(['consent-withdrawn', 'consent-granted']);
    expect(both).toMatchObject({ drafts: [{ reason: 'person', after: { channels: ['sms'], allowed: true } }, { after: { channels: ['sms', 'social'], status: 'renewed' } }] });
  });
  test('names partners where the purpose is shared, and channels that the purpose has', () => {
    expect(types(given(sharing).when(command('grant')))).toEqual(['partners_required']);
    expect(types(given(plain).when(command('grant', { partners: ['acme'] })))).toEqual(['partners_required']);
    expect(types(given(marketing).when(command('grant', { channels: ['fax'] })))).toEqual(['channel_unknown']);
    expect(last(given(sharing).when(command('grant', { partners: ['b', 'a'] })))).toMatchObject({ partners: ['a', 'b'] });
  });
  test('for a device purpose never enters a person, nor the other way round', () => {
    expect(types(given(cookies).when(command('grant')))).toEqual(['wrong_holder']);
    expect(types(given(plain).when(command('grant', { holder: 'device' })))).toEqual(['wrong_holder']);
  });
  test('more than five minutes ahead is refused; a withdrawal is clamped to the clock', () => {
    const ahead = '2026-11-22T10:06:00.000000Z';
    expect(types(given(plain).when(command('grant', { occurredAt: ahead })))).toEqual(['occurred_in_future']);
    expect(last(given(plain, command('grant')).when(command('withdraw', { occurredAt: ahead, recordedAt: LATER })))).toMatchObject({ since: LATER });
  });
});

describe('double opt-in', () => {
  const asked = command('grant', { actor: unverified, channels: ['email'] });
  test('a website’s grant becomes a request that allows nothing', () => {
    const outcome = given(newsletter).when(asked);
    expect(types(outcome)).toEqual(['request-opened']);
    expect(last(outcome)).toMatchObject({ status: 'requested', allowed: false, channels: [] });
  });
  test('a request changes nothing while the consent stands, nor while one of the last day is open', () => {
    expect(types(given(newsletter, command('grant')).when(asked))).toEqual(['unchanged']);
    expect(types(given(newsletter, asked).when({ ...asked, recordedAt: LATER }))).toEqual(['unchanged']);
    expect(types(given(newsletter, asked).when({ ...asked, recordedAt: '2026-11-23T10:00:01.000000Z' }))).toEqual(['request-opened']);
  });
  test('the confirmation gives what was asked for, names its request, and works once', () => {
    const open = given(newsletter, asked);
    const confirm = command('grant', { actor: person, confirms: open.stream.open?.event, recordedAt: LATER });
    const outcome = open.when(confirm);
    expect(outcome).toMatchObject({ drafts: [{ type: 'consent-granted', causes: [open.stream.open?.event], after: { status: 'given', channels: ['email'] } }] });
    expect(types(decide(confirm, after(open.stream, outcome, LATER), newsletter))).toEqual(['unchanged']);
  });
  test('a withdrawal closes the request: its token then grants nothing', () => {
    const open = given(newsletter, asked);
    const closed = given(newsletter, asked, command('withdraw', { recordedAt: LATER }));
    expect(closed.stream).toMatchObject({ status: 'withdrawn', open: undefined });
    expect(types(closed.when(command('grant', { actor: person, confirms: open.stream.open?.event, recordedAt: LATER })))).toEqual(['request_closed']);
  });
  test('a system vouches for its grant, so none is needed', () => {
    expect(types(given(newsletter).when(command('grant')))).toEqual(['consent-granted']);
  });
});

describe('a withdrawal', () => {
  test('is recorded also where nothing is known, and again changes nothing', () => {
    expect(types(given(plain).when(command('withdraw')))).toEqual(['consent-withdrawn']);
    expect(types(given(plain, command('withdraw')).when(command('withdraw')))).toEqual(['unchanged']);
  });
  test('of some channels leaves the consent standing, of the last one ends it', () => {
    const state = given(marketing, command('grant'), command('withdraw', { channels: ['app', 'sms'], recordedAt: LATER }));
    expect(state.stream).toMatchObject({ status: 'given', allowed: true, channels: ['social'] });
    expect(last(state.when(command('withdraw', { channels: ['social'], recordedAt: LATER })))).toMatchObject({ status: 'withdrawn', allowed: false, channels: [] });
  });
  test('takes all where it names a list that the purpose does not have', () => {
    for (const lists of [{ channels: ['email'] }, { partners: ['p'] }, { channels: ['email'], partners: ['p'] }]) expect(last(given(plain, command('grant')).when(command('withdraw', lists)))).toEqual(expect.objectContaining({ status: 'withdrawn', allowed: false }));
    expect(last(given(marketing, command('grant')).when(command('withdraw', { partners: ['p'] })))).toMatchObject({ status: 'withdrawn', allowed: false, channels: [] });
    expect(last(given(marketing, command('grant')).when(command('withdraw', { channels: ['fax', 'sms'], partners: ['p'] })))).toMatchObject({ status: 'given', channels: ['app', 'social'] });
  });
  test('of a channel takes it from a consent that was given before its purpose had channels', () => {
    const before = given({ ...marketing, channels: undefined }, command('grant')).stream;
    const [one, rest] = [{ channels: ['sms'] }, { channels: ['app', 'social'] }];
    const some = decide(command('withdraw', { ...one, recordedAt: LATER }), before, marketing);
    expect([types(some), last(some)]).toEqual([['consent-withdrawn'], expect.objectContaining({ status: 'given', allowed: true, ...rest })]);
    expect(last(decide(command('withdraw', { ...rest, recordedAt: LATER }), after(before, some), marketing))).toMatchObject({ status: 'withdrawn', allowed: false, channels: [] });
    expect(types(decide(command('withdraw', { channels: ['fax'], recordedAt: LATER }), before, marketing))).toEqual(['unchanged']);
  });
  test('needs neither notice nor channel that exists', () => {
    expect(types(given(marketing, command('grant')).when(command('withdraw', { notice: undefined })))).toEqual(['consent-withdrawn']);
    expect(types(given(marketing, command('grant')).when(command('withdraw', { channels: ['fax'] })))).toEqual(['unchanged']);
  });
  test('by refusing: of a standing consent it is its withdrawal, else a refusal', () => {
    expect(types(given(plain, command('grant')).when(command('refuse')))).toEqual(['consent-withdrawn']);
    expect(types(given(plain).when(command('refuse')))).toEqual(['consent-refused']);
  });
});

describe('time', () => {
  test('a system’s decision from before the one in force is recorded and changes nothing', () => {
    const state = given(plain, command('withdraw'));
    const outcome = state.when(command('grant', { occurredAt: EARLIER, recordedAt: LATER }));
    expect(outcome).toMatchObject({ late: true, drafts: [{ type: 'decision-recorded', decision: 'grant', after: { status: 'withdrawn', allowed: false } }] });
  });
  test('a person’s or device’s withdrawal is never late', () => {
    const state = given(plain, command('grant'));
    for (const actor of [person, { kind: 'device', id: 'd' } as const, unverified]) {
      expect(types(state.when(command('withdraw', { actor, occurredAt: EARLIER, recordedAt: LATER })))).toEqual(['consent-withdrawn']);
    }
  });
  test('at the same moment the more protective decision wins', () => {
    expect(types(given(plain, command('withdraw')).when(command('grant', { occurredAt: NOW, recordedAt: LATER })))).toEqual(['decision-recorded']);
    expect(types(given(plain, command('grant')).when(command('withdraw', { occurredAt: NOW, recordedAt: LATER })))).toEqual(['consent-withdrawn']);
  });
  test('after its end a consent allows nothing, event or not', () => {
    const { stream } = given(yearly, command('grant'));
    expect(mayProcess(stream, '2027-11-22T09:59:59.999999Z')).toBe(true);
    expect(mayProcess(stream, '2027-11-22T10:00:00.000000Z')).toBe(false);
  });
});

describe('other legal bases', () => {
  test('legitimate interest: allowed until objected, and again when the person lifts it', () => {
    expect(emptyStream(interest).allowed).toBe(true);
    const objected = given(interest, command('object'));
    expect(objected.stream).toMatchObject({ status: 'objected', allowed: false });
    expect(last(objected.when(command('lift', { recordedAt: LATER })))).toMatchObject({ status: 'unknown', allowed: true });
    expect(types(given(interest).when(command('lift')))).toEqual(['unchanged']);
  });
  test('what somebody typed on a website lifts no objection, whether there is one or not', () => {
    const typed = command('lift', { actor: unverified });
    for (const before of [given(interest), given(interest, command('object'))]) expect(types(before.when(typed))).toEqual(['person_unverified']);
    expect(types(given(interest, command('object')).when(command('lift', { actor: person, recordedAt: LATER })))).toEqual(['objection-lifted']);
  });
  test('every word for "no" is the purpose’s own protective decision', () => {
    for (const decision of ['withdraw', 'refuse', 'object'] as const) expect(types(given(interest).when(command(decision)))).toEqual(['objection-raised']);
    expect(types(given(plain, command('grant')).when(command('object')))).toEqual(['consent-withdrawn']);
  });
  test('what the basis does not know is refused; what is only told cannot be switched', () => {
    expect(types(given(interest).when(command('grant')))).toEqual(['decision_not_possible']);
    expect(types(given(plain).when(command('lift')))).toEqual(['decision_not_possible']);
    for (const decision of DECISIONS) expect(types(given(told).when(command(decision)))).toEqual(['not_switchable']);
  });
});

describe('any history', () => {
  const anyCommand = fc.record({
    decision: fc.constantFrom(...DECISIONS),
    actor: fc.constantFrom(system, unverified, person),
    holder: fc.constantFrom('person' as const, 'device' as const),
    channels: fc.option(fc.subarray(['app', 'sms', 'social', 'email', 'fax'], { minLength: 1 }), { nil: undefined }),
    partners: fc.option(fc.subarray(['a', 'b'], { minLength: 1 }), { nil: undefined }),
    minutes: fc.integer({ min: 0, max: 3000 }),
    back: fc.option(fc.integer({ min: -20, max: 3000 }), { nil: undefined }),
  });
  const at = (minutes: number): string => `${new Date(Date.parse('2026-11-22T10:00:00Z') + minutes * 60_000).toISOString().slice(0, 23)}000Z`;
  const histories = fc.tuple(fc.constantFrom(...ALL), fc.array(anyCommand, { maxLength: 15 }));

  function play([purpose, steps]: [PurposeRule, typeof anyCommand extends fc.Arbitrary<infer T> ? T[] : never], check: (before: Stream, next: Command, outcome: Outcome, now: Stream) => void): void {
    let stream = emptyStream(purpose);
    let clock = 0;
    for (const { minutes, back, ...step } of steps) {
      clock += minutes;
      const next: Command = { ...step, notice, recordedAt: at(clock), occurredAt: back === undefined ? undefined : at(clock - back) };
      const outcome = decide(next, stream, purpose);
      const now = after(stream, outcome, next.recordedAt);
      check(stream, next, outcome, now);
      stream = now;
    }
  }

  test('nothing blocks a protective decision where the purpose can be switched; in time it leaves nothing allowed that it names', () => {
    fc.assert(
      fc.property(histories, (history) =>
        play(history, (before, next, outcome, now) => {
          if (!isProtective(next.decision) || history[0].choice === 'told') return;
          expect(outcome.kind).not.toBe('refused');
          const late = outcome.kind === 'done' && outcome.late;
          if (!late && !next.channels && !next.partners) expect(now.allowed).toBe(false);
          if (!late && before.allowed && next.channels) expect(now.channels?.some((channel) => next.channels?.includes(channel)) ?? false).toBe(false);
        }),
      ),
    );
  });

  test('versions rise by one for each event, and a list that is empty allows nothing', () => {
    fc.assert(
      fc.property(histories, (history) =>
        play(history, (before, _next, outcome, now) => {
          expect(now.version - before.version).toBe(outcome.kind === 'done' ? outcome.drafts.length : 0);
          if (now.channels?.length === 0 || now.partners?.length === 0) expect(now.allowed).toBe(false);
        }),
      ),
    );
  });

  test('the same decision at once again changes nothing, but for a consent whose end moves, and a "no" for devices, which may have been told yes meanwhile', () => {
    fc.assert(
      fc.property(histories, (history) =>
        play(history, (_before, next, outcome, now) => {
          if (outcome.kind !== 'done' || outcome.late || history[0].validMonths !== undefined) return;
          if (history[0].holder === 'device' && next.holder === 'person') return;
          const again = decide(next, now, history[0]);
          expect(again.kind === 'done' && !again.late ? types(again) : []).toEqual([]);
        }),
      ),
    );
  });

  test('a late decision leaves every effective value as it was', () => {
    fc.assert(
      fc.property(histories, (history) =>
        play(history, (before, _next, outcome, now) => {
          if (outcome.kind !== 'done' || !outcome.late) return;
          expect({ ...now, version: 0, event: '', recordedAt: '', lastNo: undefined }).toEqual({ ...before, version: 0, event: '', recordedAt: '', lastNo: undefined });
        }),
      ),
    );
  });
});
