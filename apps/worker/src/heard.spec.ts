import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { pino } from 'pino';
import { createPool } from '#database';
import { newHolderId } from '#ledger';
import type { Term } from '#outbox';
import { freshTopics, until, type FreshTopics } from '#testing';
import { hearAcks } from './hear-acks.js';
import { Heard } from './heard.js';

const time = (seconds: number): Date => new Date(1_800_000_000_000 + seconds * 1_000);
const extents = (...all: [low: number, high: number][]) => all.map(([low, high], partition) => ({ partition, low: String(low), high: String(high) }));

describe('what counts as heard', () => {
  test('is what lay in every partition at a look, whichever broker has it: one that delivered nothing yet is waited for', () => {
    const heard = new Heard();
    heard.begin();
    heard.keptTo(0, 7n);
    expect(heard.upTo).toBeUndefined();
    heard.look(time(1), extents([0, 7], [0, 2], [0, 0]));
    heard.keptTo(0, 9n);
    heard.look(time(2), extents([0, 9], [0, 2], [0, 0]));
    expect(heard.upTo).toBeUndefined();
    heard.keptTo(1, 1n);
    expect(heard.upTo).toBeUndefined();
    heard.keptTo(1, 2n);
    expect(heard.upTo).toEqual(time(1));
    heard.look(time(3), extents([0, 9], [0, 2], [0, 0]));
    expect(heard.upTo).toEqual(time(3));
  });

  test('goes on from where the group stood, and begins anew with each reading', () => {
    const heard = new Heard();
    heard.begin();
    heard.startsAt(0, 5n);
    heard.look(time(1), extents([0, 5]));
    expect(heard.upTo).toEqual(time(1));
    heard.look(time(2), extents([0, 6]));
    heard.begin();
    heard.keptTo(0, 6n);
    heard.startsAt(0, 5n);
    expect(heard.upTo).toEqual(time(1));
    heard.look(time(3), extents([0, 6]));
    expect(heard.upTo).toEqual(time(3));
  });

  test('does not wait for what was deleted, nor for what a topic held that was made anew', () => {
    const heard = new Heard();
    heard.begin();
    heard.look(time(1), extents([0, 9]));
    heard.look(time(2), extents([9, 9]));
    expect(heard.upTo).toEqual(time(1));
    heard.keptTo(0, 9n);
    heard.look(time(3), extents([0, 0]));
    expect(heard.upTo).toEqual(time(3));
  });
});

describe('with a Kafka', () => {
  let topics: FreshTopics;
  let kafka: Kafka;
  beforeAll(async () => {
    topics = freshTopics();
    await topics.create();
    kafka = new Kafka({ clientId: 'a-test', brokers: topics.brokers.split(','), logLevel: logLevel.NOTHING });
  });
  afterAll(async () => {
    await topics.drop();
  });

  /** A reader without a database: it can pass over what is no acknowledgement, and keep nothing. */
  async function reader(): Promise<{ heard: Heard; told: string[]; stop: () => Promise<void> }> {
    const pool = createPool({ url: 'postgres://nobody@127.0.0.1/nothing', name: 'worker', max: 1 });
    await pool.end();
    const told: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void told.push(line) });
    const over = new AbortController();
    const term: Term = { fencing: '1', signal: over.signal, leads: () => !over.signal.aborted, end: () => over.abort() };
    const heard = new Heard();
    const hearing = hearAcks({ pool, ledger: 1, log, brokers: topics.brokers.split(','), prefix: topics.prefix }, term, heard);
    return { heard, told, stop: async () => (over.abort(), hearing) };
  }
  const heardSince = (heard: Heard, since: number) => until(() => (heard.upTo?.getTime() ?? 0) > since, { timeoutMs: 30_000, what: 'all to be heard' });

  test('the mark of a transaction is nothing to wait for; the next reader goes on where the one before stood', async () => {
    const first = await reader();
    try {
      const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, transactionalId: topics.prefix, idempotent: true, maxInFlightRequests: 1 });
      await producer.connect();
      const transaction = await producer.transaction();
      await transaction.send({ topic: topics.names.acks, messages: [{ partition: 1, value: 'nonsense' }] });
      await transaction.commit();
      await producer.disconnect();
      await heardSince(first.heard, Date.now());
      expect(first.told).toEqual([expect.stringContaining('these are no acknowledgements')]);
    } finally {
      await first.stop();
    }
    const second = await reader();
    await heardSince(second.heard, Date.now()).finally(second.stop);
    expect(second.told).toEqual([]);
  }, 120_000);

  test('a transaction that was given up is nothing to wait for', async () => {
    const { heard, told, stop } = await reader();
    try {
      await until(() => heard.upTo !== undefined, { timeoutMs: 30_000, what: 'a first look' });
      const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, transactionalId: `${topics.prefix}given-up`, idempotent: true, maxInFlightRequests: 1 });
      await producer.connect();
      const transaction = await producer.transaction();
      await transaction.send({ topic: topics.names.acks, messages: [{ partition: 2, value: 'nonsense' }] });
      await transaction.abort();
      await producer.disconnect();
      await heardSince(heard, Date.now());
      expect(told).toEqual([]);
    } finally {
      await stop();
    }
  }, 120_000);

  test('an empty topic is heard at once; what cannot be kept is not heard, until it is deleted', async () => {
    const { heard, told, stop } = await reader();
    try {
      await until(() => heard.upTo !== undefined, { timeoutMs: 30_000, what: 'a first look' });
      const ack = { system: 'crm', event: newHolderId(), person: newHolderId(), purpose: 'newsletter', version: 1, outcome: 'applied', appliedAt: new Date().toISOString() };
      const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      await producer.send({ topic: topics.names.acks, acks: -1, messages: [{ partition: 0, value: JSON.stringify(ack) }] });
      const sent = Date.now();
      await producer.disconnect();
      await until(() => told.some((line) => line.includes('cannot be kept')), { timeoutMs: 30_000, what: 'an acknowledgement that cannot be kept' });
      expect(heard.upTo?.getTime()).toBeLessThanOrEqual(sent);
      const admin = kafka.admin();
      await admin.connect();
      // kafkajs deletes only where it has seen the topic.
      await admin.fetchTopicOffsets(topics.names.acks);
      await admin.deleteTopicRecords({ topic: topics.names.acks, partitions: [{ partition: 0, offset: '-1' }] });
      await admin.disconnect();
      const deleted = Date.now();
      await heardSince(heard, deleted);
    } finally {
      await stop();
    }
  }, 120_000);
});
