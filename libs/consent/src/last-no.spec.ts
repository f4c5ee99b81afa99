import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision, LedgerEvent } from '#contracts';
import { streamAsOf } from './as-of.js';
import type { Command } from './command.js';
import { emptyStream, evolve, type Draft, type Stream } from './consent.js';
import { decideUnder } from './decide-under.js';
import { decideLapse } from './expire.js';
import { nobodySpecial } from './person.js';
import type { PurposeRule } from './purposes.js';

const channels = ['email', 'post', 'sms'];
const listed: PurposeRule = { id: 'listed', holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-a', choice: 'grant-withdraw', channels };
const asked: PurposeRule = { ...listed, doubleOptIn: true };
const notice = { id: 'n', version: '1', locale: 'sv', sha256: '0' };
const hour = (n: number): string => new Date(Date.UTC(2026, 0, 1, n)).toISOString().replace('Z', '000Z');

/** Words as they come: what an import or a server tells has a time of its own. */
type Way = Partial<Pick<Command, 'reason' | 'confirms'>> & { at?: number; named?: string[]; by?: Command['actor']['kind'] };
const moved = (at: number, named?: string[]): Way => ({ at, named, reason: 'import', by: 'system' });

class Told {
  stream: Stream;
  events: LedgerEvent[] = [];
  constructor(
    readonly purpose: PurposeRule = listed,
    public now = 1_000,
  ) {
    this.stream = emptyStream(purpose);
  }

  say(decision: Decision, { at, named, by = 'person', ...more }: Way = {}): string {
    const occurredAt = at === undefined ? undefined : hour(at);
    const outcome = decideUnder({ decision, holder: 'person', actor: { kind: by, id: 'x' }, recordedAt: hour(this.now), occurredAt, channels: named, notice, ...more }, this.stream, this.purpose, nobodySpecial);
    if (outcome.kind !== 'done') return outcome.kind;
    for (const draft of outcome.drafts) this.write(draft);
    return outcome.late ? 'late' : 'done';
  }

  write(draft: Draft): void {
    const seq = this.events.length + 1;
    const event = { v: 1, ledger: 'l', event: `e${seq}`, person: 'p', kind: 'person', seq, purpose: 'listed', version: seq, recordedAt: hour(this.now), actor: { kind: 'system', id: 'x' }, request: 'r', ordinal: 0, ...draft } as LedgerEvent;
    this.events.push(event);
    this.stream = evolve(this.stream, event);
  }

  /** What the history says of the present. */
  get asOfNow(): Stream {
    return streamAsOf(this.events, this.purpose, { asOf: hour(this.now), knownAt: hour(this.now), whole: nobodySpecial });
  }
}

const given = (named: string[], purpose = listed, now = 1_000): Told => {
  const told = new Told(purpose, now);
  told.say('grant', { named });
  return told;
};

describe('a "no" to a part that is not used', () => {
  test('takes nothing and moves no time; it is written the first time, and then once a day', () => {
    const told = given(['email']);
    const { since } = told.stream;
    told.now += 5;
    expect([told.say('withdraw', { named: ['sms'] }), told.say('withdraw', { named: ['sms'] })]).toEqual(['done', 'unchanged']);
    expect(told.stream).toMatchObject({ version: 2, status: 'given', channels: ['email'], since, lastNo: { at: hour(1_005), until: hour(1_029) } });
    expect(told.events.at(-1)).toMatchObject({ type: 'decision-recorded', decision: 'withdraw', fact: { channels: ['sms'], no: { at: hour(1_005), until: hour(1_029) } } });
    told.now += 24;
    expect(told.say('withdraw', { named: ['sms'] })).toBe('unchanged');
    told.now += 1;
    expect(told.say('withdraw', { named: ['sms'] })).toBe('done');
  });

  test('and no import of a time before it adds that part; one of a later day does', () => {
    const told = given(['email', 'sms']);
    told.now += 10;
    told.say('withdraw', { named: ['sms'] });
    told.now += 200;
    told.say('withdraw', { named: ['sms'] });
    expect(told.say('grant', moved(1_100, ['email', 'sms']))).toBe('late');
    told.now += 100;
    expect(told.say('grant', moved(1_230, ['email', 'sms']))).toBe('late');
    expect([told.stream.channels, told.asOfNow.channels]).toEqual([['email'], ['email']]);
    expect(told.say('grant', moved(1_235, ['email', 'sms']))).toBe('done');
    expect(told.stream).toMatchObject({ channels: ['email', 'sms'], since: hour(1_235), lastNo: undefined });
  });

  test('does not make late what else is taken back: a "no" to the whole that is told of before it counts', () => {
    for (const way of [moved(1_100), { at: 1_100, by: 'system' }, { at: 1_100, by: 'operator' }] as Way[]) {
      const told = given(['email']);
      told.now += 200;
      told.say('withdraw', { named: ['sms'], by: 'unverified' });
      expect(told.say('withdraw', way)).toBe('done');
      expect(told.stream).toMatchObject({ status: 'withdrawn', allowed: false, since: hour(1_100) });
      expect(told.say('grant', moved(1_190))).toBe('late');
    }
  });

  test('leaves no word that nobody could have meant', () => {
    const told = given(['email']);
    told.now += 5;
    expect([told.say('withdraw', { named: ['pigeon'] }), told.stream.version]).toEqual(['unchanged', 1]);
  });

  test('counts over what a device kept while it was offline, as what stands does', () => {
    const told = given(['email']);
    told.now += 20;
    told.say('withdraw', { named: ['sms'] });
    told.now += 1;
    expect(told.say('grant', { at: 1_019, named: ['email', 'sms'], by: 'device' })).toBe('late');
    expect(told.say('grant', { at: 1_021, named: ['email', 'sms'], by: 'device' })).toBe('done');
    expect(told.stream.channels).toEqual(['email', 'sms']);
  });

  test('leaves to a smaller yes of before it what that takes back, and nothing that it would add', () => {
    const told = given(['email', 'sms']);
    told.now += 100;
    told.say('withdraw', { named: ['post'] });
    expect(told.say('grant', moved(1_050, ['email']))).toBe('done');
    expect(told.stream).toMatchObject({ channels: ['email'], since: hour(1_050), lastNo: { at: hour(1_100) } });
    expect(told.say('grant', moved(1_060, ['email', 'post']))).toBe('late');
    expect(told.say('grant', moved(1_070, ['post', 'sms']))).toBe('done');
    expect(told.stream).toMatchObject({ status: 'withdrawn', allowed: false, notice: undefined });
    expect(told.events.slice(-2).map(({ type, fact }) => [type, fact?.beforeNo])).toEqual([['decision-recorded', true], ['consent-withdrawn', undefined]]);
  });

  test('stands in the way of nothing that is said now: not in the same call, nor by a request, nor by its confirmation', () => {
    const swapped = given(['email', 'sms']);
    swapped.now += 100;
    expect([swapped.say('withdraw', { named: ['post'] }), swapped.say('grant', { named: channels })]).toEqual(['done', 'done']);
    expect(swapped.stream).toMatchObject({ channels, lastNo: undefined });
    const told = given(['email'], { ...asked, validMonths: 1 });
    told.now += 24 * 40;
    told.say('withdraw', { named: ['post'] });
    expect(told.say('grant', { at: told.now - 10, by: 'unverified' })).toBe('done');
    expect([told.stream.status, told.stream.lastNo?.at]).toEqual(['requested', hour(told.now)]);
    expect([told.say('grant', { confirms: told.stream.open?.event }), told.stream.allowed]).toEqual(['done', true]);
  });

  test('of somebody who types an address is written once in a day, whatever time it claims', () => {
    const told = given(['email']);
    told.now += 200;
    for (let ago = 150; ago >= 0; ago -= 10) told.say('withdraw', { at: told.now - ago, named: ['sms'], by: 'unverified' });
    expect(told.events).toHaveLength(2);
  });
});

test('a moving file, whose words come with their times, is not kept waiting for a day', () => {
  const told = new Told();
  told.say('grant', moved(10, channels));
  told.say('withdraw', moved(11, ['sms']));
  told.say('withdraw', moved(12, ['sms']));
  told.say('grant', moved(13, channels));
  expect(told.stream).toMatchObject({ channels, since: hour(13) });
});

test('an imported "no" does not end the day of the ledger’s own', () => {
  for (const named of [['post'], undefined]) {
    const told = given(channels);
    told.now = 1_100;
    told.say('withdraw', { named: ['sms'] });
    told.now = 1_110;
    told.say('withdraw', { named: ['sms'] });
    told.say('withdraw', moved(1_102, named));
    told.say('grant', moved(1_103, ['email', 'sms']));
    expect(told.stream.channels).not.toContain('sms');
  }
});

test('what is left of a consent is in force since the yes: a "no" of after it counts, though a part went later (rule 12)', () => {
  const told = given(['email', 'sms']);
  told.now += 200;
  told.say('withdraw', { named: ['sms'] });
  expect(told.say('withdraw', moved(900))).toBe('late');
  expect(told.say('withdraw', moved(1_100))).toBe('done');
  expect(told.stream).toMatchObject({ status: 'withdrawn', allowed: false, since: hour(1_200) });
  expect(told.events.at(-1)).toMatchObject({ type: 'consent-withdrawn', occurredAt: hour(1_100) });
  expect(told.say('grant', moved(1_150))).toBe('late');
  const parts = given(channels);
  parts.now += 200;
  parts.say('withdraw', { named: ['sms'] });
  parts.now += 100;
  expect(parts.say('withdraw', moved(1_100, ['post']))).toBe('done');
  const heldAt = (n: number) => streamAsOf(parts.events, listed, { asOf: hour(n), knownAt: hour(parts.now), whole: nobodySpecial }).channels;
  expect([1_050, 1_150, 1_250].map(heldAt)).toEqual([channels, ['email', 'sms'], ['email']]);
  expect(parts.stream).toMatchObject({ channels: ['email'], since: hour(1_200) });
});

test('a "no" of before a request, told while it waits, is the last one when that lapses: no import of before it counts', () => {
  for (const named of [undefined, ['sms']]) {
    const told = new Told(asked, 2_000);
    told.say('grant', { by: 'unverified', named: ['email'] });
    expect(told.say('withdraw', moved(1_500, named))).toBe('late');
    expect(told.stream.status).toBe('requested');
    told.now += 200;
    const lapse = decideLapse(told.stream, told.stream.open?.event ?? '', hour(2_200), hour(2_200));
    if (lapse.kind === 'done') for (const draft of lapse.drafts) told.write(draft);
    expect([told.stream.status, told.say('grant', moved(1_000, ['email', 'sms'])), told.stream.allowed, told.asOfNow.allowed]).toEqual(['unknown', 'late', false, false]);
    expect([told.say('grant', moved(1_600, ['email'])), told.stream.allowed]).toEqual(['done', true]);
  }
  const told = new Told(asked, 2_000);
  told.say('grant', { by: 'unverified' });
  told.say('withdraw', moved(1_500));
  told.now += 1;
  expect([told.say('grant', { confirms: told.stream.open?.event }), told.stream.allowed, told.stream.lastNo]).toEqual(['done', true, undefined]);
});

test('what an import says while a request waits, of before the "no" that the request was opened over may have been repeated, counts at no time', () => {
  const told = given(['email'], asked);
  told.now = 1_219;
  told.say('withdraw');
  told.now = 1_240;
  told.say('withdraw');
  told.now = 1_250;
  told.say('grant', { by: 'unverified' });
  told.now = 1_257;
  expect(told.say('grant', moved(1_236))).toBe('late');
  told.now = 1_500;
  const lapse = decideLapse(told.stream, told.stream.open?.event ?? '', hour(1_478), hour(1_478));
  if (lapse.kind === 'done') for (const draft of lapse.drafts) told.write(draft);
  const heldAt = (n: number): boolean => streamAsOf(told.events, asked, { asOf: hour(n), knownAt: hour(told.now), whole: nobodySpecial }).allowed;
  expect([told.stream.status, ...[1_210, 1_237, 1_241, 1_500].map(heldAt)]).toEqual(['withdrawn', true, false, false, false]);
});

test('a "no" that took nothing counts in its own time over a yes that is told of later, and ten years of them are read quickly', () => {
  const told = given(['email']);
  for (let day = 0; day < 4_000; day += 1) {
    told.now += 25;
    told.say('withdraw', { named: ['sms'], by: 'unverified' });
  }
  expect(told.events.length).toBeGreaterThan(4_000);
  const began = performance.now();
  expect(told.asOfNow.channels).toEqual(['email']);
  expect(performance.now() - began).toBeLessThan(500);
  const late = given(['email']);
  late.now = 1_100;
  late.say('withdraw', { named: ['sms'] });
  late.now = 1_200;
  late.say('grant', { named: ['email', 'post'] });
  expect(late.say('grant', moved(1_050, ['email', 'sms']))).toBe('late');
  const heldAt = (n: number) => streamAsOf(late.events, listed, { asOf: hour(n), knownAt: hour(late.now), whole: nobodySpecial }).channels;
  expect([1_020, 1_070, 1_150, 1_200].map(heldAt)).toEqual([['email'], ['email', 'sms'], ['email'], ['email', 'post']]);
});

/** No two words are recorded at the same time. */
const step = fc.record({
  after: fc.integer({ min: 1, max: 14 }),
  yes: fc.boolean(),
  named: fc.option(fc.subarray(['email', 'sms'], { minLength: 1 })),
  ago: fc.option(fc.integer({ min: 0, max: 30 })),
  by: fc.constantFrom('import', 'device', 'server'),
});

test('whatever is said in whatever order: no import uses a channel of which a later "no" was said, no "no" of after the yes is lost, and the history says what the state says (rules 10 to 13)', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
      const told = new Told();
      const lastNo = new Map<string, number>();
      const lastYes = new Map<string, number>();
      for (const { after, yes, named, ago, by } of steps) {
        told.now += after;
        const at = ago === null ? told.now : told.now - ago;
        const before = told.stream.channels ?? [];
        const way: Way = ago === null ? {} : by === 'import' ? moved(at) : { at, by: by === 'server' ? 'system' : 'device' };
        const answer = told.say(yes ? 'grant' : 'withdraw', { ...way, named: named ?? undefined });
        const now = told.stream.channels ?? [];
        for (const channel of now) {
          if (!before.includes(channel) && way.reason === 'import') expect(at).toBeGreaterThan(lastNo.get(channel) ?? -Infinity);
          if (yes && answer === 'done') lastYes.set(channel, at);
        }
        // What a device or a server says in the person's name counts by the decision in force alone (rule 12).
        if (yes && answer === 'done' && way.reason === undefined) lastNo.clear();
        for (const channel of yes ? [] : (named ?? channels)) {
          lastNo.set(channel, Math.max(lastNo.get(channel) ?? -Infinity, at));
          if (at > (lastYes.get(channel) ?? Infinity)) expect(now).not.toContain(channel);
        }
        if (told.events.length > 0) expect([told.asOfNow.allowed, told.asOfNow.channels ?? []]).toEqual([told.stream.allowed, now]);
      }
    }),
    { numRuns: 10_000 },
  );
});
