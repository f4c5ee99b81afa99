import { expect, test } from '@jest/globals';
import { LEDGER_PERSON } from '#contracts';
import { Chains } from './chains.js';

const ORIGIN = 'consent.example.se/ledger';
const EVENT = { ledger: ORIGIN, person: LEDGER_PERSON, seq: 1, recordedAt: '2026-11-25T10:00:00.000000Z', type: 'key-changed', fact: { role: 'log' } };
const entry = (change: object): Uint8Array => Buffer.from(JSON.stringify({ ...EVENT, ...change }));

test('an event is followed, with its time and the change of a key that it states', () => {
  const chains = new Chains(ORIGIN);
  expect(chains.take(0, entry({}))).toBeUndefined();
  expect(chains).toMatchObject({ count: 1, newest: Date.parse(EVENT.recordedAt) / 1_000, keyChanges: [{ index: 0, fact: EVENT.fact }] });
});

test.each([{ recordedAt: 'never' }, { recordedAt: 7 }, { recordedAt: { toString: 1 } }, { person: null }, { person: { toString: 1 } }, { fact: null }, { fact: 'x' }])('an entry with %j is said to be no event, and nothing of it is kept', (change) => {
  const chains = new Chains(ORIGIN);
  expect(chains.take(0, entry(change))).toBe('the entry at index 0 is no event');
  expect(chains).toMatchObject({ count: 0, newest: 0, keyChanges: [] });
});
