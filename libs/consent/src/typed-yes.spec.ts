import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '#contracts';
import type { Command, Outcome } from './command.js';
import { emptyStream, evolve, type Stream } from './consent.js';
import { decideUnder } from './decide-under.js';
import { nobodySpecial, type PersonState } from './person.js';
import type { PurposeRule } from './purposes.js';

const rule = (members: Partial<PurposeRule>): PurposeRule => ({ id: 'x', holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-a', choice: 'grant-withdraw', ...members });
const plain = rule({});
const listed = rule({ channels: ['app', 'sms', 'social'] });
const hour = (n: number): string => new Date(Date.UTC(2026, 0, 1, n)).toISOString().replace('Z', '000Z');
const person = { kind: 'person', id: 'p' } as const;
const stranger = { kind: 'unverified', id: 'website' } as const;

/** A purpose that asks nobody by mail, and who says what about it, two days apart. */
class Told {
  stream: Stream;
  now = 0;
  constructor(readonly purpose: PurposeRule, readonly whole: PersonState = nobodySpecial) {
    this.stream = emptyStream(purpose);
  }

  says(actor: typeof person | typeof stranger, decision: Decision, more: Partial<Command> = {}): string[] {
    this.now += 48;
    const notice = { id: 'n', version: String(this.now), locale: 'sv', sha256: 'a'.repeat(64) };
    return this.take(decideUnder({ decision, holder: 'person', actor, recordedAt: hour(this.now), notice, ...more }, this.stream, this.purpose, this.whole));
  }

  private take(outcome: Outcome): string[] {
    if (outcome.kind !== 'done') return [outcome.kind];
    for (const draft of outcome.drafts) this.stream = evolve(this.stream, { ...draft, event: `${this.now}`, version: this.stream.version + 1, recordedAt: hour(this.now) });
    return outcome.drafts.map(({ type }) => type);
  }
}

describe('a yes that a stranger typed, for a purpose that asks nobody', () => {
  test('counts at once where nobody said no, and again once the person has said yes himself', () => {
    expect(new Told(plain).says(stranger, 'grant')).toEqual(['consent-granted']);
    const told = new Told(plain);
    told.says(person, 'withdraw');
    told.says(person, 'grant');
    expect(told.says(stranger, 'grant')).toEqual(['consent-granted']);
  });

  test.each(['withdraw', 'refuse'] as const)('asks the person where he said no (%s), also under a request, and his confirmation gives', (no) => {
    const told = new Told(plain);
    told.says(person, no);
    expect(told.says(stranger, 'grant')).toEqual(['request-opened']);
    expect(told.stream).toMatchObject({ status: 'requested', allowed: false });
    expect(told.says(stranger, 'grant')).toEqual(['request-opened']);
    expect(told.says(person, 'grant', { confirms: told.stream.open?.event })).toEqual(['consent-granted']);
  });

  test.each([
    ['whose processing is restricted', { restrictedSince: hour(1) }],
    ['who is not to be written to at all', { suppressed: true }],
  ])('asks somebody %s; what he says himself counts', (_, holds) => {
    const whole = { ...nobodySpecial, ...holds };
    expect(new Told(plain, whole).says(stranger, 'grant')).toEqual(['request-opened']);
    expect(new Told(plain, whole).says(person, 'grant')).toEqual(['consent-granted']);
  });

  test('never gives back what he took, whatever was typed and said before', () => {
    const lists = fc.option(fc.subarray(['app', 'sms', 'social'], { minLength: 1 }), { nil: undefined });
    const word = fc.record({ by: fc.constantFrom(person, stranger), decision: fc.constantFrom<Decision>('grant', 'withdraw', 'refuse', 'request'), channels: lists });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        const told = new Told(listed);
        let taken = new Set<string>();
        for (const { by, decision, channels } of words) {
          const before = told.stream.channels ?? [];
          told.says(by, decision, { channels });
          if (by === person && decision === 'grant') taken = new Set();
          if (by === person && (decision === 'withdraw' || decision === 'refuse')) taken = new Set([...taken, ...(decision === 'withdraw' && channels ? channels : ['app', 'sms', 'social'])]);
          if (by === stranger && decision === 'grant') expect((told.stream.channels ?? []).filter((one) => !before.includes(one) && taken.has(one))).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
