import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Partitioners, type Admin } from 'kafkajs';
import { stateKey } from '#contracts';
import { freshTopics, until } from '#testing';
import { connectKafka } from './connect-kafka.js';
import { silent } from './options.js';
import { readStateToEnd } from './read-state.js';
import { AnotherServer } from './servers.js';
import type { Workshop } from './work.js';

const topics = freshTopics();
const kafka = connectKafka('reader', { brokers: topics.brokers.split(',') }, silent);
const person = randomUUID();
let admin: Admin;
beforeAll(async () => {
  // A broker may say for a moment that it does not know what it has just made.
  await until(() => topics.create().then(() => true), { timeoutMs: 30_000, what: 'the topics' });
  admin = kafka.admin();
  await admin.connect();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const value = JSON.stringify({ person, kind: 'person', purpose: 'newsletter', seq: 2, version: 2, status: 'withdrawn', allowed: false });
  await producer.send({ topic: topics.names.state, acks: -1, messages: [{ key: stateKey(person, 'newsletter'), value, headers: { ce_logindex: '000000000007' } }] });
  await producer.disconnect();
}, 60_000);
afterAll(async () => {
  await admin.disconnect();
  await topics.drop();
});

/** A workshop in which this is done with each piece of work. */
const shop = (inTurn: () => Promise<unknown>): Workshop => ({
  options: { system: 'reader', topicPrefix: topics.prefix },
  around: { signal: new AbortController().signal, logger: silent },
  sender: { room: async () => undefined, send: () => undefined },
  metrics: { count: () => undefined },
  inTurn,
}) as unknown as Workshop;

test('a state record that could not be applied is not taken for read: whoever reads the state begins again', async () => {
  // A coordinator that has just begun refuses its first group.
  await until(async () => (await readStateToEnd(shop(async () => ({ changes: [], verdicts: [] })), kafka, admin)) === 7, { timeoutMs: 30_000, what: 'the record to be read' });
  await expect(readStateToEnd(shop(() => Promise.reject(new AnotherServer())), kafka, admin)).rejects.toBeInstanceOf(AnotherServer);
}, 60_000);
