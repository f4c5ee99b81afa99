import { expect, test } from '@jest/globals';
import type { LedgerEvent } from '#contracts';
import type { StoredLeaf } from '#outbox';
import { messagesOf, partitionOf } from './messages.js';

const person = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const leaf = (index: number, who: string, size: number): StoredLeaf => {
  const event = { person: who, purpose: 'newsletter', ledger: 'example.com/ledger', event: person(index), type: 'consent-granted', seq: index, version: index } as unknown as LedgerEvent;
  return { index, hash: '', event, bytes: Buffer.alloc(size) };
};
const other = Array.from({ length: 100 }, (_, n) => person(n)).find((one) => partitionOf(one) !== partitionOf(person(0))) ?? '';

test('a page ends before a partition would get more than a broker takes in one batch, and what is left comes next', () => {
  const leaves = [...Array.from({ length: 20 }, (_, index) => leaf(index, person(0), 64_000)), leaf(20, other, 64_000)];
  const { events, state, taken } = messagesOf(leaves, '1');
  expect(taken).toBe(13);
  expect(events.map(({ headers }) => Number(headers.ce_logindex))).toEqual(Array.from({ length: 13 }, (_, index) => index));
  expect(state.map(({ headers }) => Number(headers.ce_logindex))).toEqual([12]);
  expect(messagesOf(leaves.slice(13), '1').taken).toBe(8);
});

test('as much of other partitions fits beside it, and one event goes out however large it is', () => {
  const leaves = Array.from({ length: 26 }, (_, index) => leaf(index, index % 2 ? other : person(0), 64_000));
  expect(messagesOf(leaves, '1').taken).toBe(26);
  expect(messagesOf([leaf(0, person(0), 5_000_000), leaf(1, person(0), 10)], '1').taken).toBe(1);
});
