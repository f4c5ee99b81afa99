import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { WHOLE_PERSON, type MessageData } from '#contracts';
import { fold } from './fold.js';
import { memoryStore } from './memory/memory-store.js';
import { recall } from './recall.js';
import type { Received } from './received.js';
import { createTable } from './table.js';

const at = '2026-11-22T10:00:00.000000Z';
const raw = { topic: 'events', partition: 0, offset: '0', key: null, value: null };
const message = (data: Partial<MessageData>): Received => ({
  raw,
  id: randomUUID(),
  type: 'consent-granted',
  data: { person: randomUUID(), kind: 'person', purpose: 'newsletter', seq: 1, version: 1, allowed: true, occurredAt: at, recordedAt: at, hash: '', ...data },
});
const ignore = (): void => undefined;
const around = { topic: 'events', signal: new AbortController().signal, logger: { debug: ignore, info: ignore, warn: ignore, error: ignore }, onDatabase: ignore, onHeld: ignore } as const;
const all = (): boolean => true;

test('repeats that the table does not know are asked for all at once, each person and purpose once', async () => {
  const store = memoryStore();
  const asked: number[] = [];
  const holds: typeof store.holds = (of) => (asked.push(of.length), store.holds(of));
  const messages = Array.from({ length: 500 }, () => message({}));
  const erased = message({ purpose: WHOLE_PERSON, allowed: undefined, erased: true });
  const known = await store.transact(async (session) => {
    const before = await session.known([...messages, erased]);
    await session.keep(fold([...messages, erased], before, all), { streams: new Set(), persons: new Set() }, new Date());
    return before;
  });
  const table = createTable();
  const { verdicts } = fold([...messages, ...messages, erased], known, all);
  await recall({ applier: { store: { ...store, holds }, isMine: all, handlerTimeoutMs: 1 }, table }, around, verdicts);
  expect(asked).toEqual([501]);
  expect(messages.every(({ data: { person } }) => table.may(person, 'newsletter', undefined, false, 0))).toBe(true);
  expect(table.may(erased.data.person, 'newsletter', undefined, true, 0)).toBe(false);
  await recall({ applier: { store: { ...store, holds }, isMine: all, handlerTimeoutMs: 1 }, table }, around, verdicts);
  expect(asked).toEqual([501]);
});
