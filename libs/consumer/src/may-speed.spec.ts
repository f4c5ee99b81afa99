// Runs alone: it measures microseconds.
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { MessageData } from '#contracts';
import { createConsumer } from './create-consumer.js';
import { fold } from './fold.js';
import { memoryStore } from './memory/memory-store.js';

const PEOPLE = 200_000;
const ROUNDS = 2_000;
const CALLS = 100;

const at = '2026-11-22T10:00:00.000000Z';
const validUntil = '2999-01-01T00:00:00.000000Z';
const given = (person: string): MessageData => ({ person, kind: 'person', purpose: 'newsletter', seq: 1, version: 1, allowed: true, channels: ['email'], validUntil, occurredAt: at, recordedAt: at, hash: '' });

describe('may', () => {
  test('answers in less than 10 µs among 200,000 people, by the clock and by the processor’s time', async () => {
    const store = memoryStore();
    const people = Array.from({ length: PEOPLE }, () => randomUUID());
    const raw = { topic: 'events', partition: 0, offset: '0', key: null, value: null };
    const messages = people.map((person) => ({ raw, type: 'consent-granted', data: given(person) }));
    await store.transact(async (session) => {
      const known = await session.known([]);
      await session.keep(fold(messages, known, () => true), { streams: new Set(), persons: new Set() }, new Date());
      await session.inform(undefined, new Date());
    });
    const consumer = createConsumer({ system: 'quick', brokers: ['127.0.0.1:9'], store });
    await consumer.start();
    let allowed = 0;
    const before = process.cpuUsage();
    const microseconds = Array.from({ length: ROUNDS }, (_, round) => {
      const from = performance.now();
      for (let call = 0; call < CALLS; call += 1) {
        const person = people[(round * 7_919 + call * 104_729) % PEOPLE] ?? '';
        if (consumer.may(person, 'newsletter', call % 2 === 0 ? 'email' : 'sms')) allowed += 1;
      }
      return ((performance.now() - from) * 1_000) / CALLS;
    }).sort((one, other) => one - other);
    const { user, system } = process.cpuUsage(before);
    await consumer.stop();
    expect(allowed).toBe((ROUNDS * CALLS) / 2);
    const [median, processor] = [microseconds[ROUNDS / 2] ?? Infinity, (user + system) / (ROUNDS * CALLS)];
    if (process.env['SHOW_FIGURES']) console.log(`may: median ${median.toFixed(2)} µs, of the processor ${processor.toFixed(2)} µs`);
    expect(median).toBeLessThan(10);
    expect(processor).toBeLessThan(10);
  });
});
