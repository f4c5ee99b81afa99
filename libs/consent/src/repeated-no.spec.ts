import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '#contracts';
import type { Command } from './command.js';
import { emptyStream, evolve, type Stream } from './consent.js';
import { decide } from './decide.js';
import type { PurposeRule } from './purposes.js';

const consent: PurposeRule = { id: 'newsletter', holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-a', choice: 'grant-withdraw', channels: ['email'] };
const reach: PurposeRule = { id: 'reach', holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-f', choice: 'object-lift' };
const notice = { id: 'n', version: '1', locale: 'sv', sha256: '0' };
const hour = (n: number): string => new Date(Date.UTC(2026, 0, 1, n)).toISOString().replace('Z', '000Z');

/** A stream with a clock: decisions of people come as they are said, imported ones with times of their own. */
class Told {
  stream: Stream;
  now = 1_000;
  events = 0;
  constructor(readonly purpose: PurposeRule) {
    this.stream = emptyStream(purpose);
  }

  say(decision: Decision, imported?: number): void {
    const actor = imported === undefined ? ({ kind: 'person', id: 'p' } as const) : ({ kind: 'system', id: 'import' } as const);
    const occurredAt = imported === undefined ? undefined : hour(imported);
    const command: Command = { decision, holder: 'person', actor, recordedAt: hour(this.now), occurredAt, notice, reason: imported === undefined ? undefined : 'import' };
    const outcome = decide(command, this.stream, this.purpose);
    if (outcome.kind !== 'done') return;
    for (const draft of outcome.drafts) this.stream = evolve(this.stream, { ...draft, event: String((this.events += 1)), version: this.stream.version + 1, recordedAt: hour(this.now) });
  }
}

test('a "no" that is repeated within a day of the one in force leaves no trace; one of a later day moves the day', () => {
  for (const [purpose, no] of [[consent, 'withdraw'], [consent, 'refuse'], [reach, 'object']] as const) {
    const told = new Told(purpose);
    told.say(no);
    const first = told.stream;
    told.now += 24;
    told.say(no);
    expect(told.stream).toEqual(first);
    told.now += 1;
    told.say(no);
    expect(told.stream).toMatchObject({ version: 2, status: first.status, allowed: false, since: hour(told.now) });
  }
});

test('an import dated between a "no" and its repetition is recorded, and changes nothing; one of a later day counts', () => {
  const told = new Told(consent);
  told.say('withdraw');
  told.now += 20;
  told.say('withdraw');
  told.now += 500;
  told.say('grant', 1_010);
  expect(told.stream).toMatchObject({ status: 'withdrawn', allowed: false, version: 2 });
  told.say('grant', 1_025);
  expect(told.stream).toMatchObject({ status: 'given', allowed: true });
});

test('a moving file, whose words come with their times, is not kept waiting for a day', () => {
  const told = new Told(consent);
  told.say('refuse', 10);
  told.say('grant', 11);
  told.say('withdraw', 12);
  told.say('grant', 13);
  expect(told.stream).toMatchObject({ allowed: true, since: hour(13) });
});

const step = fc.record({
  after: fc.integer({ min: 0, max: 40 }),
  word: fc.constantFrom<'yes' | 'no' | 'refuse'>('yes', 'no', 'refuse'),
  imported: fc.option(fc.integer({ min: 0, max: 80 })),
});

test('whatever is said and imported in whatever order: no import makes a yes of a "no" that was said later, traced or not (rule 10)', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 14 }), (isConsent, steps) => {
      const told = new Told(isConsent ? consent : reach);
      const words = isConsent ? ({ yes: 'grant', no: 'withdraw', refuse: 'refuse' } as const) : ({ yes: 'lift', no: 'object', refuse: 'object' } as const);
      let lastNo = -Infinity;
      for (const { after, word, imported } of steps) {
        told.now += after;
        const at = imported === null ? told.now : told.now - imported;
        const before = told.stream.allowed;
        told.say(words[word], imported === null ? undefined : at);
        if (imported !== null && told.stream.allowed && !before) expect(at).toBeGreaterThan(lastNo);
        if (word !== 'yes') lastNo = Math.max(lastNo, at);
      }
    }),
    { numRuns: 2_000 },
  );
});
