import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allowedByDefault, decideFact, emptyStream, evolve, evolvePerson, mayProcess, nobodySpecial, unsaid, type PersonFact, type PersonState, type PurposeRule, type Stream } from '#consent';
import { mayUse } from './may.js';

const rule = (id: string, choice: PurposeRule['choice'], more: Partial<PurposeRule> = {}): PurposeRule => ({ id, holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-b', choice, ...more });
const PURPOSES = [
  rule('newsletter', 'grant-withdraw', { channels: ['email'] }),
  rule('profile', 'grant-withdraw'),
  rule('reach', 'object-lift', { directMarketing: true }),
  rule('survey', 'object-lift', { channels: ['email', 'sms'] }),
  rule('security', 'object-lift', { weighed: true }),
  rule('contract', 'told'),
  rule('invoice', 'told', { channels: ['email'] }),
  rule('vital', 'told', { basis: 'eu-gdpr:A6-1-d' }),
];

const FACTS: PersonFact[] = [
  { kind: 'pause', until: '2999-01-01T00:00:00.000000Z' },
  { kind: 'end-pause' },
  { kind: 'restrict', ground: 'accuracy-contested' },
  { kind: 'lift-restriction', ground: 'verified' },
  { kind: 'suppress' },
  { kind: 'end-suppression' },
];

const time = (tick: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, tick)).toISOString().replace('Z', '000Z');

/** What the ledger holds of one person, and says of him. */
class Ledger {
  person: PersonState = nobodySpecial;
  private said = 0;
  private readonly streams = new Map<string, Stream>();
  private tick = 1;

  state(fact: PersonFact): void {
    this.tick += 1;
    const streams = PURPOSES.map((purpose) => ({ purpose, stream: this.streams.get(purpose.id) ?? emptyStream(purpose) }));
    for (const { purpose, draft: { preferred: _kept, ...draft } } of decideFact(fact, this.person, streams, time(this.tick))) {
      if (purpose === '~person') {
        this.person = evolvePerson(this.person, draft);
        this.said += 1;
      } else {
        const before = this.streams.get(purpose.id) ?? emptyStream(purpose);
        this.streams.set(purpose.id, evolve(before, { ...draft, event: `${this.tick}`, version: before.version + 1, recordedAt: time(this.tick) }));
      }
    }
  }

  /** As `/v1/check` answers. */
  check(purpose: PurposeRule): boolean {
    return mayProcess(this.streams.get(purpose.id) ?? unsaid(purpose, this.person, time(this.tick)), time(this.tick));
  }

  /** As a consumer answers who has heard all that was said. */
  heard(purpose: PurposeRule): boolean {
    const { restrictedSince, suppressed } = this.person;
    const stream = this.streams.get(purpose.id);
    return mayUse({
      state: stream && { version: stream.version, parkedVersion: 0, allowed: stream.allowed },
      person: this.said > 0 ? { version: this.said, parkedVersion: 0, erased: false, restricted: restrictedSince !== undefined, suppressed } : undefined,
      byDefault: allowedByDefault(purpose),
      now: Date.parse(time(this.tick)),
    });
  }
}

test('whatever stands over a whole person, the answer is the ledger’s for every purpose that was there when it began', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...FACTS), { maxLength: 6 }), (facts) => {
      const ledger = new Ledger();
      for (const fact of facts) ledger.state(fact);
      const answers = (of: (purpose: PurposeRule) => boolean) => Object.fromEntries(PURPOSES.map((purpose) => [purpose.id, of(purpose)]));
      expect(answers((purpose) => ledger.heard(purpose))).toEqual(answers((purpose) => ledger.check(purpose)));
    }),
    { numRuns: 500 },
  );
});

test('a pause stops what reaches out, and neither a contract nor an invoice', () => {
  const ledger = new Ledger();
  ledger.state({ kind: 'pause', until: '2999-01-01T00:00:00.000000Z' });
  expect(PURPOSES.filter((purpose) => ledger.heard(purpose)).map(({ id }) => id)).toEqual(['security', 'contract', 'invoice', 'vital']);
});
