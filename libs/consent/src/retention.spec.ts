import { expect, test } from '@jest/globals';
import type { Stream } from './consent.js';
import type { PurposeRule } from './purposes.js';
import { keptUntil, proofsKeptUntil } from './retention.js';

const consent: PurposeRule = { id: 'newsletter', holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-a', choice: 'grant-withdraw', proofMonths: 24 };
const interest: PurposeRule = { ...consent, id: 'reach', basis: 'eu-gdpr:A6-1-f', choice: 'object-lift' };
const NOW = '2026-11-22T10:00:00.000000Z';
const stream = (status: Stream['status'], since: string, more: Partial<Stream> = {}): Stream => ({ version: 1, status, allowed: status === 'given', since, recordedAt: since, ...more });

test('what ended is kept for as many months as the purpose says, and as long as the longest one', () => {
  const old = { purpose: consent, stream: stream('withdrawn', '2024-01-31T10:00:00.000000Z') };
  const newer = { purpose: { ...consent, id: 'x', proofMonths: 12 }, stream: stream('refused', '2025-06-01T10:00:00.000000Z') };
  expect(keptUntil([old], NOW)).toBe('2026-01-31T10:00:00.000000Z');
  expect(keptUntil([old, newer], NOW)).toBe('2026-06-01T10:00:00.000000Z');
});

test('nothing goes while a consent stands, a request is open, or an objection must be remembered', () => {
  const old = { purpose: consent, stream: stream('withdrawn', '2020-01-01T10:00:00.000000Z') };
  for (const standing of [
    { purpose: consent, stream: stream('given', '2020-01-01T10:00:00.000000Z') },
    { purpose: consent, stream: stream('requested', '2026-11-20T10:00:00.000000Z', { open: { event: 'e', at: '2026-11-20T10:00:00.000000Z', restore: { status: 'unknown' } } }) },
    { purpose: interest, stream: stream('objected', '2020-01-01T10:00:00.000000Z') },
    { purpose: consent, stream: stream('restricted', '2020-01-01T10:00:00.000000Z', { chosen: { status: 'given', allowed: true } }) },
  ]) {
    expect(keptUntil([old, standing], NOW)).toBeUndefined();
  }
});

test('a consent that has run out does not stand, and who only had requests that lapsed is kept for 30 days', () => {
  expect(keptUntil([{ purpose: consent, stream: stream('given', '2020-01-01T10:00:00.000000Z', { validUntil: '2021-01-01T10:00:00.000000Z' }) }], NOW)).toBe('2023-01-01T10:00:00.000000Z');
  expect(keptUntil([{ purpose: consent, stream: stream('unknown', '2026-11-01T10:00:00.000000Z') }], NOW)).toBe('2026-12-01T10:00:00.000000Z');
  expect(keptUntil([], NOW)).toBeUndefined();
});

test('an objection that was lifted is proof for as many months as the purpose says, not for 30 days', () => {
  const lifted = stream('unknown', '2026-10-01T10:00:00.000000Z', { allowed: true });
  expect(keptUntil([{ purpose: interest, stream: lifted }], NOW)).toBe('2028-10-01T10:00:00.000000Z');
  expect(keptUntil([{ purpose: { ...interest, proofMonths: undefined }, stream: lifted }], NOW)).toBe('2026-10-31T10:00:00.000000Z');
});

test('of somebody who is a part of another one the proof is kept as long as any, whatever he is called still', () => {
  const ended = { purpose: consent, stream: stream('withdrawn', '2024-01-31T10:00:00.000000Z', { recordedAt: '2025-06-01T10:00:00.000000Z' }) };
  const objection = { purpose: { ...interest, proofMonths: 12 }, stream: stream('objected', '2024-03-01T10:00:00.000000Z') };
  expect(proofsKeptUntil([ended, objection])).toBe('2027-06-01T10:00:00.000000Z');
  expect(proofsKeptUntil([objection])).toBe('2025-03-01T10:00:00.000000Z');
  expect(proofsKeptUntil([{ purpose: consent, stream: stream('unknown', '', { version: 0 }) }])).toBe('');
});

test('a request that nothing can end any more ends by itself: its proof is kept as long as that of a "no", and 30 days at least', () => {
  const closed = stream('requested', '2026-10-20T10:00:00.000000Z', { recordedAt: '2026-11-01T10:00:00.000000Z' });
  expect(keptUntil([{ purpose: consent, stream: closed }], NOW)).toBe('2028-11-01T10:00:00.000000Z');
  expect(keptUntil([{ purpose: { ...consent, proofMonths: undefined }, stream: closed }], NOW)).toBe('2026-12-01T10:00:00.000000Z');
});
