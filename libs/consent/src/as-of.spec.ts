import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LedgerEvent } from '#contracts';
import { streamAsOf } from './as-of.js';
import { emptyStream, evolve } from './consent.js';
import { decide } from './decide.js';
import { nobodySpecial, type PersonState } from './person.js';
import { decidePreferences } from './preferences.js';
import type { PurposeRule } from './purposes.js';
import { addMonths } from './time.js';

const purpose: PurposeRule = { id: 'x', holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-a', choice: 'grant-withdraw' };
const time = (day: number): string => `2026-01-${String(day).padStart(2, '0')}T00:00:00.000000Z`;

const event = (seq: number, type: LedgerEvent['type'], decision: LedgerEvent['decision'], occurred: number, recorded: number, allowed: boolean): LedgerEvent => ({
  v: 1, ledger: 'l', event: `e${seq}`, type, person: 'p', kind: 'person', seq, purpose: 'x', version: seq, occurredAt: time(occurred), recordedAt: time(recorded),
  decision, actor: { kind: 'system', id: 'crm' }, request: 'r', ordinal: 0, after: { status: allowed ? 'given' : 'withdrawn', allowed, since: time(occurred) },
});

/** Of somebody over whom nothing else stands, unless it is said. */
const answer = (events: readonly LedgerEvent[], rule: PurposeRule, at: { asOf: string; knownAt: string; whole?: PersonState }) => streamAsOf(events, rule, { whole: nobodySpecial, ...at });

const history = [
  event(1, 'consent-granted', 'grant', 10, 10, true),
  event(2, 'decision-recorded', 'withdraw', 5, 12, true),
  event(3, 'consent-withdrawn', 'withdraw', 20, 20, false),
];

const at = (asOf: number, knownAt: number): string => answer(history, purpose, { asOf: time(asOf), knownAt: time(knownAt) }).status;

test('what held on a day is answered by what was known on a day', () => {
  expect(at(4, 30)).toBe('unknown');
  expect(at(7, 11)).toBe('unknown');
  expect(at(7, 12)).toBe('withdrawn');
  expect(at(15, 30)).toBe('given');
  expect(at(25, 19)).toBe('given');
  expect(at(25, 30)).toBe('withdrawn');
});

test('what took effect holds from the time it claims, whatever was wished for in between', () => {
  const given = event(1, 'consent-granted', 'grant', 1, 1, true);
  const wish = { ...event(2, 'preferences-changed', undefined, 6, 6, true), after: { ...given.after, preferences: { frequency: 'monthly' } } } as LedgerEvent;
  const no = event(3, 'consent-withdrawn', 'withdraw', 4, 7, false);
  const heldOn = (day: number) => answer([given, wish, no], purpose, { asOf: time(day), knownAt: time(30) }).status;
  expect([3, 4, 5, 6, 8, 30].map(heldOn)).toEqual(['given', 'withdrawn', 'withdrawn', 'withdrawn', 'withdrawn', 'withdrawn']);
  const late = event(4, 'decision-recorded', 'grant', 2, 9, false);
  expect([1, 3, 5].map((day) => answer([given, wish, no, late], purpose, { asOf: time(day), knownAt: time(30) }).status)).toEqual(['given', 'given', 'withdrawn']);
});

test('between the time that a decision claims and its record there holds what stood above the choice then', () => {
  const lists: PurposeRule = { ...purpose, channels: ['app', 'email', 'sms'] };
  const all = ['app', 'email', 'sms'];
  const nothing = { status: 'given', allowed: false, channels: [], since: time(1) };
  const chosen = (channels: string[]) => ({ fact: { chosen: { status: 'given', allowed: true, channels } } });
  const given = { ...event(1, 'consent-granted', 'grant', 1, 1, true), after: { status: 'given', allowed: true, channels: all, since: time(1) } } as LedgerEvent;
  const restricted = { ...event(2, 'processing-restricted', undefined, 5, 5, false), ...chosen(all), after: { ...nothing, status: 'restricted' } } as LedgerEvent;
  const lifted = { ...event(3, 'restriction-lifted', undefined, 8, 8, true), after: given.after } as LedgerEvent;
  const lessSms = { ...event(4, 'consent-withdrawn', 'withdraw', 3, 9, true), after: { status: 'given', allowed: true, channels: ['app', 'email'], since: time(3) } } as LedgerEvent;
  const held = (events: LedgerEvent[], day: number, whole = nobodySpecial) => answer(events, lists, { asOf: time(day), knownAt: time(30), whole });
  /** The person as his own events have him on that day. */
  const restrictedOn = (day: number): PersonState => (day >= 5 && day < 8 ? { ...nobodySpecial, restrictedSince: time(5) } : nobodySpecial);
  const history = [given, restricted, lifted, lessSms];
  expect([4, 6, 8, 9, 30].map((day) => held(history, day, restrictedOn(day))).map(({ status, allowed, channels }) => [status, allowed, channels])).toEqual([
    ['given', true, ['app', 'email']], ['restricted', false, []], ['given', true, ['app', 'email']], ['given', true, ['app', 'email']], ['given', true, ['app', 'email']],
  ]);
  const paused = { ...restricted, type: 'preferences-changed', after: { ...nothing, preferences: { pausedUntil: time(8) } } } as LedgerEvent;
  const less = { ...restricted, type: 'preferences-changed', fact: { chosen: { status: 'given', allowed: true, channels: all, preferred: ['email', 'sms'] } }, after: { ...given.after, channels: ['email', 'sms'] } } as LedgerEvent;
  expect(held([given, paused, lifted, lessSms], 6)).toMatchObject({ status: 'given', allowed: false, channels: [] });
  expect(held([given, less, lifted, lessSms], 6)).toMatchObject({ status: 'given', allowed: true, channels: ['email'] });
  const givenUnder = { ...event(4, 'consent-granted', 'grant', 6, 9, true), after: { ...given.after, since: time(6) } } as LedgerEvent;
  expect([held([given, restricted, lifted, givenUnder], 7, restrictedOn(7)).status, held([given, restricted, lifted, givenUnder], 5, restrictedOn(5)).status]).toEqual(['given', 'restricted']);
});

test('what holds for the whole person stands above it too, where the purpose itself has no event that says so', () => {
  const lists: PurposeRule = { ...purpose, channels: ['email'] };
  const given = { status: 'given', allowed: true, channels: ['email'], since: time(2) } satisfies LedgerEvent['after'];
  const first = { ...event(1, 'consent-granted', 'grant', 2, 9, true), after: given } as LedgerEvent;
  const held = (whole: PersonState, day: number) => answer([first], lists, { asOf: time(day), knownAt: time(30), whole });
  const restricted: PersonState = { ...nobodySpecial, restrictedSince: time(4) };
  expect([held(nobodySpecial, 5), held(restricted, 5), held({ ...nobodySpecial, suppressed: true }, 5), held({ ...nobodySpecial, pausedUntil: time(8) }, 5)].map(({ status, allowed }) => [status, allowed])).toEqual([['given', true], ['restricted', false], ['given', false], ['given', false]]);
  expect(held({ ...nobodySpecial, restrictedSince: time(1) }, 5)).toMatchObject({ status: 'given', allowed: true, channels: ['email'] });
  expect(held(restricted, 10)).toMatchObject({ status: 'given', allowed: true });
});

test('of any history the answer for now is what is in force now', () => {
  const lists: PurposeRule = { ...purpose, channels: ['app', 'sms'] };
  const step = fc.record({ decision: fc.constantFrom('grant' as const, 'withdraw' as const, 'refuse' as const, 'wish' as const), channels: fc.option(fc.constantFrom<string[]>(['app'], ['sms']), { nil: undefined }), by: fc.constantFrom('system' as const, 'person' as const), back: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }) });
  fc.assert(fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
    let stream = emptyStream(lists);
    const events: LedgerEvent[] = [];
    steps.forEach(({ decision, channels, by, back }, at) => {
      const recordedAt = time(at + 10);
      const command = { holder: 'person', actor: { kind: by, id: 'x' }, recordedAt, occurredAt: back === undefined ? undefined : time(at + 10 - back), channels, notice: { id: 'n', version: '1', locale: 'sv', sha256: '0' } } as const;
      const outcome = decision === 'wish' ? decidePreferences({ frequency: `f${at}` }, stream, lists, recordedAt) : decide({ ...command, decision }, stream, lists);
      for (const { preferred: _kept, ...draft } of outcome.kind === 'done' ? outcome.drafts : []) {
        const made = { ...draft, event: `e${events.length}`, seq: events.length + 1, version: stream.version + 1, recordedAt } as LedgerEvent;
        events.push(made);
        stream = evolve(stream, made);
      }
    });
    const { status, allowed, channels } = answer(events, lists, { asOf: time(30), knownAt: time(30) });
    expect({ status, allowed, channels }).toEqual({ status: stream.status, allowed: stream.allowed, channels: stream.channels });
  }));
});

test('a late decision says in its own time what it named: the channels it gives or takes away, and how long it is valid', () => {
  const marketing: PurposeRule = { ...purpose, channels: ['app', 'email', 'sms'], validMonths: 12 };
  const given = { ...event(1, 'consent-granted', 'grant', 10, 10, true), after: { status: 'given', allowed: true, channels: ['app', 'email', 'sms'], since: time(10), validUntil: addMonths(time(10), 12) } } as LedgerEvent;
  const renewed = { ...given, ...event(2, 'consent-granted', 'grant', 25, 25, true), after: { ...given.after, status: 'renewed', since: time(25) } } as LedgerEvent;
  const lessSms = { ...event(3, 'decision-recorded', 'withdraw', 15, 26, true), fact: { channels: ['sms'] }, after: renewed.after } as LedgerEvent;
  const held = (events: LedgerEvent[], day: string) => answer(events, marketing, { asOf: day, knownAt: '2030-01-01T00:00:00.000000Z' });
  expect(held([given, renewed, lessSms], time(20))).toMatchObject({ status: 'given', allowed: true, channels: ['app', 'email'], validUntil: addMonths(time(10), 12) });
  expect(held([given, renewed, { ...lessSms, fact: undefined }], time(20))).toMatchObject({ status: 'withdrawn', allowed: false, channels: [] });
  const no = { ...event(1, 'consent-withdrawn', 'withdraw', 20, 20, false), after: { status: 'withdrawn', allowed: false, channels: [], since: time(20) } } as LedgerEvent;
  const yes = { ...event(2, 'decision-recorded', 'grant', 10, 22, false), fact: { channels: ['email'], validUntil: addMonths(time(10), 12) }, after: no.after } as LedgerEvent;
  expect(held([no, yes], time(15))).toMatchObject({ status: 'given', allowed: true, channels: ['email'], validUntil: addMonths(time(10), 12) });
  expect(held([no, yes], time(20)).status).toBe('withdrawn');
  const silent = { ...renewed, fact: { chosen: { status: 'given', allowed: true, channels: ['app', 'email', 'sms'] } }, after: { ...renewed.after, allowed: false, channels: [] } } as LedgerEvent;
  const then = { ...lessSms, ...event(3, 'decision-recorded', 'withdraw', 26, 28, true), fact: { channels: ['sms'] } } as LedgerEvent;
  expect(held([given, silent, then], time(27))).toMatchObject({ status: 'renewed', allowed: false, channels: [], chosen: { status: 'given', allowed: true, channels: ['app', 'email'] } });
});

test('months are calendar months, and a day that the month lacks becomes its last', () => {
  expect(addMonths('2024-01-31T10:00:00.123456Z', 1)).toBe('2024-02-29T10:00:00.123456Z');
  expect(addMonths('2026-11-22T10:00:00.000001Z', 24)).toBe('2028-11-22T10:00:00.000001Z');
});
