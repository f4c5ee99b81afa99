import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DECISIONS } from '#contracts';
import { mayProcess, statusAt } from './answer.js';
import type { Command, Outcome } from './command.js';
import { emptyStream, evolve, type Stream } from './consent.js';
import { decide } from './decide.js';
import { causeOfExpiry, decideExpiry, decideLapse } from './expire.js';
import type { PurposeRule } from './purposes.js';
import { addMilliseconds } from './time.js';

const T0 = '2026-01-10T10:00:00.000000Z';
const END = '2026-02-10T10:00:00.000000Z';
const AFTER = '2026-02-10T10:00:07.000000Z';
const notice = { id: 'n', version: '1', locale: 'sv', sha256: 'a'.repeat(64) };
const purpose: PurposeRule = { id: 'x', holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-a', choice: 'grant-withdraw', doubleOptIn: true, channels: ['email', 'sms'], validMonths: 1 };

let made = 0;
function take(stream: Stream, outcome: Outcome, recordedAt: string): Stream {
  if (outcome.kind !== 'done') return stream;
  return outcome.drafts.reduce((before, draft) => evolve(before, { ...draft, event: `e${(made += 1)}`, version: before.version + 1, recordedAt }), stream);
}
function says(stream: Stream, decision: Command['decision'], recordedAt: string, more: Partial<Command> = {}): Stream {
  return take(stream, decide({ decision, holder: 'person', actor: { kind: 'system', id: 'crm' }, recordedAt, notice, ...more }, stream, purpose), recordedAt);
}
const granted = (more: Partial<Command> = {}): Stream => says(emptyStream(purpose), 'grant', T0, more);
const draftOf = (outcome: Outcome) => (outcome.kind === 'done' ? outcome.drafts[0] : undefined);

describe('an expiry', () => {
  test('is one consent-withdrawn dated at the end, caused by the event that set it, by nobody’s decision, with empty lists', () => {
    const stream = granted();
    expect(draftOf(decideExpiry(stream, stream.event ?? '', AFTER))).toEqual({
      type: 'consent-withdrawn', reason: 'expired', occurredAt: END, causes: [stream.event],
      after: { status: 'expired', allowed: false, channels: [], partners: undefined, preferences: undefined, since: END },
    });
  });
  test('does not come a microsecond early, and comes at the very end', () => {
    const stream = granted();
    expect(decideExpiry(stream, stream.event ?? '', '2026-02-10T09:59:59.999999Z').kind).toBe('unchanged');
    expect(decideExpiry(stream, stream.event ?? '', END).kind).toBe('done');
  });
  test('keeps its cause through a partial withdrawal, and is never dated before it', () => {
    const whole = granted();
    const part = says(whole, 'withdraw', AFTER, { channels: ['sms'] });
    expect([part.validUntil, causeOfExpiry(part)]).toEqual([END, whole.event]);
    expect(draftOf(decideExpiry(part, whole.event ?? '', AFTER))).toMatchObject({ occurredAt: AFTER, causes: [whole.event] });
  });
  test('does nothing when the consent was renewed, withdrawn or has expired a moment before', () => {
    const stream = granted();
    const cause = stream.event ?? '';
    for (const next of [says(stream, 'grant', END), says(stream, 'withdraw', END), take(stream, decideExpiry(stream, cause, AFTER), AFTER)]) {
      expect(decideExpiry(next, cause, AFTER).kind).toBe('unchanged');
    }
  });
  test('changes no answer: before and after its event the answer is no, and the status expired', () => {
    const stream = granted();
    const over = take(stream, decideExpiry(stream, stream.event ?? '', AFTER), AFTER);
    for (const one of [stream, over]) expect([mayProcess(one, AFTER), statusAt(one, AFTER)]).toEqual([false, 'expired']);
    expect([over.validUntil, over.endsBy]).toEqual([undefined, undefined]);
  });
  test('whatever was decided before: it never allows anything, never twice, and never while the end lies ahead', () => {
    const step = fc.record({ decision: fc.constantFrom(...DECISIONS), days: fc.integer({ min: 0, max: 40 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        let now = T0;
        let stream = emptyStream(purpose);
        for (const { decision, days } of steps) {
          now = addMilliseconds(now, days * 86_400_000);
          stream = says(stream, decision, now);
          const outcome = decideExpiry(stream, causeOfExpiry(stream) ?? '', now);
          expect(outcome.kind === 'done').toBe(statusAt(stream, now) === 'expired' && stream.status !== 'expired');
          stream = take(stream, outcome, now);
          expect(decideExpiry(stream, causeOfExpiry(stream) ?? '', now).kind).toBe('unchanged');
        }
      }),
    );
  });
});

describe('the lapse of a request', () => {
  const due = addMilliseconds(T0, 7 * 86_400_000);
  const unverified = { actor: { kind: 'unverified', id: 'website' } } as const;
  const asked = (before: Stream = emptyStream(purpose)): Stream => says(before, 'grant', T0, unverified);
  const lapsed = (stream: Stream): Stream => take(stream, decideLapse(stream, stream.open?.event ?? '', due, due), due);

  test('is a request-closed after which the status before stands again, and nothing is allowed', () => {
    const stream = asked();
    expect(draftOf(decideLapse(stream, stream.open?.event ?? '', due, due))).toMatchObject({ type: 'request-closed', occurredAt: due, causes: [stream.open?.event], after: { status: 'unknown', allowed: false, channels: [] } });
    const no = says(emptyStream(purpose), 'refuse', T0);
    expect(lapsed(asked(no))).toMatchObject({ status: 'refused', since: no.since, allowed: false });
  });
  test('after a consent that had run out leaves it run out, not given', () => {
    const long = says(granted(), 'grant', AFTER, unverified);
    expect(long.status).toBe('requested');
    expect(take(long, decideLapse(long, long.open?.event ?? '', AFTER, AFTER), AFTER)).toMatchObject({ status: 'expired', allowed: false });
  });
  test('closes its token: a confirmation afterwards grants nothing', () => {
    const stream = asked();
    const confirm: Command = { decision: 'grant', holder: 'person', actor: { kind: 'person', id: 'p' }, recordedAt: due, notice, confirms: stream.open?.event };
    expect(decide(confirm, stream, purpose).kind).toBe('done');
    expect(decide(confirm, lapsed(stream), purpose)).toEqual({ kind: 'refused', code: 'request_closed' });
  });
  test('does nothing to a request that was confirmed, withdrawn, closed or asked for anew, nor before it is due', () => {
    const stream = asked();
    const request = stream.open?.event ?? '';
    const next = [says(stream, 'grant', due, { confirms: request }), says(stream, 'withdraw', due), lapsed(stream), says(stream, 'grant', due, unverified)];
    for (const one of next) expect(decideLapse(one, request, due, due).kind).toBe('unchanged');
    expect(decideLapse(stream, request, due, T0).kind).toBe('unchanged');
  });
});

test('a draft or archived purpose is given to nobody, its withdrawal always works, and a draft allows nothing by itself', () => {
  for (const state of ['draft', 'archived'] as const) {
    const grant: Command = { decision: 'grant', holder: 'person', actor: { kind: 'system', id: 'crm' }, recordedAt: END, notice };
    for (const decision of ['grant', 'request'] as const) expect(decide({ ...grant, decision }, granted(), { ...purpose, state })).toEqual({ kind: 'refused', code: 'purpose_not_active' });
    expect(decide({ ...grant, decision: 'withdraw' }, granted(), { ...purpose, state }).kind).toBe('done');
  }
  expect(emptyStream({ ...purpose, choice: 'object-lift', state: 'draft' }).allowed).toBe(false);
});
