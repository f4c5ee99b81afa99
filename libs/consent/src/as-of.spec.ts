import { expect, test } from '@jest/globals';
import type { LedgerEvent } from '#contracts';
import { streamAsOf } from './as-of.js';
import type { PurposeRule } from './purposes.js';
import { addMonths } from './time.js';

const purpose: PurposeRule = { id: 'x', holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-a', choice: 'grant-withdraw' };
const time = (day: number): string => `2026-01-${String(day).padStart(2, '0')}T00:00:00.000000Z`;

const event = (seq: number, type: LedgerEvent['type'], decision: LedgerEvent['decision'], occurred: number, recorded: number, allowed: boolean): LedgerEvent => ({
  v: 1, ledger: 'l', event: `e${seq}`, type, person: 'p', kind: 'person', seq, purpose: 'x', version: seq, occurredAt: time(occurred), recordedAt: time(recorded),
  decision, actor: { kind: 'system', id: 'crm' }, request: 'r', ordinal: 0, after: { status: allowed ? 'given' : 'withdrawn', allowed, since: time(occurred) },
});

const history = [
  event(1, 'consent-granted', 'grant', 10, 10, true),
  event(2, 'decision-recorded', 'withdraw', 5, 12, true),
  event(3, 'consent-withdrawn', 'withdraw', 20, 20, false),
];

const at = (asOf: number, knownAt: number): string => streamAsOf(history, purpose, { asOf: time(asOf), knownAt: time(knownAt) }).status;

test('what held on a day is answered by what was known on a day', () => {
  expect(at(4, 30)).toBe('unknown');
  expect(at(7, 11)).toBe('unknown');
  expect(at(7, 12)).toBe('withdrawn');
  expect(at(15, 30)).toBe('given');
  expect(at(25, 19)).toBe('given');
  expect(at(25, 30)).toBe('withdrawn');
});

test('months are calendar months, and a day that the month lacks becomes its last', () => {
  expect(addMonths('2024-01-31T10:00:00.123456Z', 1)).toBe('2024-02-29T10:00:00.123456Z');
  expect(addMonths('2026-11-22T10:00:00.000001Z', 24)).toBe('2028-11-22T10:00:00.000001Z');
});
