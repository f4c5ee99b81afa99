import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kafka as CloudEvents, type CloudEvent } from 'cloudevents';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { LedgerEvent } from '#contracts';
import { leafHash } from '#proof';
import { readGoldenMessages, type GoldenMessage } from '#schemas';
import { freshTopics, until, type FreshTopics } from '#testing';
import { sha256 } from '#vault';
import { messagesOf } from '../../apps/relay/src/messages.js';
import { READY, readyRecord, together } from '../../apps/relay/src/records.js';
import { fetchKafka } from '../../libs/servers/src/fetch-kafka.js';

interface Read {
  partition: number;
  key: string;
  value: string;
  headers: Record<string, string>;
}

const goldens = Object.values(readGoldenMessages()).flat().sort((one, other) => one.index - other.index);
const leaves = goldens.map(({ event, index }) => ({ index, hash: Buffer.from(leafHash(sha256, Buffer.from(event))).toString('hex'), event: JSON.parse(event) as LedgerEvent }));
const byKey = (list: readonly (GoldenMessage | Read)[]): Record<string, unknown[]> => {
  const found: Record<string, unknown[]> = {};
  for (const { key, headers, value } of list) (found[key] ??= []).push({ headers, value });
  return found;
};

/** At least once: what comes again is the same, and is left aside. */
function once(read: readonly Read[]): Read[] {
  const first = new Map<string, Read>();
  for (const one of read) {
    const id = one.headers.ce_id ?? '';
    expect(one).toEqual(first.get(id) ?? one);
    if (!first.has(id)) first.set(id, one);
  }
  return [...first.values()];
}

let topics: FreshTopics;
let kafka: Kafka;

beforeAll(async () => {
  topics = freshTopics();
  await topics.create();
  kafka = new Kafka({ brokers: topics.brokers.split(','), logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send({ topic: topics.names.events, acks: -1, messages: together(messagesOf(leaves, { term: '1', make: readyRecord }).events), compression: READY });
  await producer.disconnect();
});
afterAll(() => topics.drop());

/** Reads the whole topic by Apache's own Java client, started from its source. */
async function readByJava(): Promise<Read[]> {
  const jars = await fetchKafka({});
  const program = join(process.cwd(), 'test/system/foreign/ReadEvents.java');
  const { stdout } = await promisify(execFile)('java', ['-XX:TieredStopAtLevel=1', '-cp', `${jars}/*`, program, topics.brokers, topics.names.events, String(goldens.length)], { timeout: 50_000, maxBuffer: 8_000_000 });
  const text = (base64 = ''): string => Buffer.from(base64, 'base64').toString('utf8');
  return once(stdout.split('\n').filter((line) => /^\d+ /.test(line)).map((line) => {
    const [partition, key, value, ...headers] = line.split(' ');
    return { partition: Number(partition), key: text(key), value: text(value), headers: Object.fromEntries(headers.map((header) => header.split(':').map(text) as [string, string])) };
  }));
}

async function readByKafkajs(): Promise<Read[]> {
  const consumer = kafka.consumer({ groupId: `${topics.prefix}sdk` });
  const read: Read[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic: topics.names.events, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ partition, message }) => {
      const headers = Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]));
      read.push({ partition, key: String(message.key), value: String(message.value), headers });
      return Promise.resolve();
    },
  });
  await until(() => Promise.resolve(new Set(read.map(({ headers }) => headers.ce_id)).size >= goldens.length), { timeoutMs: 30_000, what: 'all messages' });
  await consumer.disconnect();
  return once(read);
}

describe('what is on the topic is read by programs that know nothing of us', () => {
  test('Apache’s Java client reads every key, header and value as sent, in order for each person', async () => {
    const read = await readByJava();
    expect(read.length).toBe(goldens.length);
    expect(byKey(read)).toEqual(byKey(goldens));
    for (const { key } of goldens) expect(new Set(read.filter((one) => one.key === key).map(({ partition }) => partition)).size).toBe(1);
  });

  test('the SDK of CloudEvents finds id, source, type, subject, time, schema, our extensions and the data', async () => {
    const read = await readByKafkajs();
    expect(read.length).toBe(goldens.length);
    for (const { key, value, headers } of read) {
      const message = { key, value, body: value, headers };
      const event = CloudEvents.toEvent(message) as CloudEvent<object>;
      const data = JSON.parse(value) as { person: string; purpose: string; occurredAt: string; recordedAt: string };
      expect(event.validate()).toBe(true);
      expect(event).toMatchObject({
        specversion: '1.0', id: headers.ce_id, source: 'https://consent.example.se/ledger', type: headers.ce_type, subject: `${data.person}/${data.purpose}`,
        dataschema: `https://consent.example.se/ledger/schemas/${headers.ce_type}/1`, datacontenttype: 'application/json',
        recordedtime: data.recordedAt, partitionkey: data.person, sequence: headers.ce_sequence, logindex: headers.ce_logindex, data,
      });
      expect(Date.parse(String(event.time))).toBe(Date.parse(data.occurredAt));
    }
  });
});
