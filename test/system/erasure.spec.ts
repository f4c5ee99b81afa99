import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { pino } from 'pino';
import { decideFact } from '#consent';
import { changeConsent, newHolderId, personCall, streamsOf, uuidv7 } from '#ledger';
import { freshLedger, freshTopics, until, type FreshLedger } from '#testing';
import { runRelay } from '../../apps/relay/src/relay.js';

let fresh: FreshLedger;
let logDir: string;
const topics = freshTopics();
const stop = new AbortController();
let relay: Promise<void>;
const records = new Map<string, string | null>();
const kafka = new Kafka({ clientId: 'erasure-test', brokers: topics.brokers.split(','), logLevel: logLevel.NOTHING });
const reader = kafka.consumer({ groupId: `${topics.prefix}erasure` });

beforeAll(async () => {
  fresh = await freshLedger();
  logDir = await mkdtemp(join(tmpdir(), 'samtycke-erasure-'));
  await topics.create();
  relay = runRelay({ pool: fresh.pool, databaseUrl: fresh.url, ledger: fresh.id, brokers: topics.brokers.split(','), prefix: topics.prefix, createTopics: false, replicas: 1, keyring: fresh.keyring, logDir, log: pino({ level: 'silent' }) }, stop.signal);
  await reader.connect();
  await reader.subscribe({ topic: topics.names.state, fromBeginning: true });
  await reader.run({
    eachMessage: async ({ message }) => {
      records.set(message.key?.toString() ?? '', message.value?.toString() ?? null);
    },
  });
}, 60_000);
afterAll(async () => {
  stop.abort();
  await relay;
  await reader.disconnect();
  await topics.drop();
  await fresh.close();
  await rm(logDir, { recursive: true, force: true });
});

test('after an erasure every purpose of the person is a tombstone on the state topic, and of himself stay id and marker', async () => {
  const person = newHolderId();
  const holder = { person, kind: 'person' as const };
  const actor = { kind: 'system' as const, id: 'crm' };
  const notice = fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv');
  const purpose = fresh.catalogue.purposes.get('newsletter');
  if (!purpose) throw new Error('no purpose');
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [holder], wishes: [{ purpose, decision: 'grant' }], actor, notice, evidence: {} }));
  await until(() => records.get(`${person}:newsletter`), { timeoutMs: 20_000, what: 'the state of the consent' });
  const purposes = [...fresh.catalogue.purposes.values()].filter((one) => one.holder === 'person');
  const events = await fresh.ledger.append(
    personCall({ request: uuidv7(), holder, actor, purposes, decide: (view) => decideFact({ kind: 'erase', reason: 'erased', ground: 'eu-gdpr:A17-1-b', kept: [{ category: 'contact', ground: 'contract' }] }, view.person, streamsOf(view, purposes), view.recordedAt) }),
  );
  await until(() => records.get(`${person}:newsletter`) === null && records.has(`${person}:~person`), { timeoutMs: 20_000, what: 'the tombstones' });
  const own = [...records].filter(([key]) => key.startsWith(person));
  expect(own.filter(([, value]) => value !== null).map(([key]) => key)).toEqual([`${person}:~person`]);
  expect(own).toHaveLength(new Set(events.map((event) => event.purpose)).size);
  const marker = JSON.parse(records.get(`${person}:~person`) ?? '{}') as Record<string, unknown>;
  expect(Object.keys(marker).sort()).toEqual(['erased', 'hash', 'kind', 'occurredAt', 'person', 'purpose', 'recordedAt', 'seq', 'version']);
  expect(marker).toMatchObject({ person, erased: true });
}, 60_000);
