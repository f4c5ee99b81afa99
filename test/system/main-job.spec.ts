import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import type { LedgerEvent, MessageData } from '#contracts';
import { until } from '#testing';
import { startStack, type Stack } from '../setup/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, 150_000);
afterAll(async () => {
  await stack.stop();
});

const NOTICE = { id: 'newsletter-signup', version: '1.3', locale: 'sv' };
const grant = { decisions: [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }], notice: NOTICE, capture: { context: 'newsletter-signup', method: 'form', point: 'site-footer' } };
const withdraw = { decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] };
const key = (scope: string): string => stack.runFile.keys[scope] ?? '';
const address = (): string => `${randomUUID()}@example.se`;

interface Answer {
  person: string;
  decisions: { event: string; status: string; version: number; purpose: string }[];
}

async function change(subject: object, body: object): Promise<Answer> {
  const { status, body: answer } = await stack.api('/v1/consents', { key: key('consents:write'), body: { subject, ...body } });
  expect(status).toBe(201);
  return answer;
}

const SYSTEMS = ['newsletter', 'analytics', 'portal'];

async function stateIn(system: string, person: string, purpose = 'newsletter'): Promise<{ version: number; allowed: boolean } | undefined> {
  const [row] = await stack.ofSystem<{ version: number; allowed: boolean }>(system, `SELECT version, allowed FROM samtycke_consumer.consent_state WHERE person = '${person}' AND purpose = '${purpose}'`);
  return row;
}

/** Every message of a topic, from its beginning to where it ends now, in order of each partition. */
async function readTopic(topic: string): Promise<{ partition: number; key: string; headers: Record<string, string>; value: string | undefined }[]> {
  const kafka = new Kafka({ clientId: 'test', brokers: stack.runFile.kafkaBrokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]));
  await admin.disconnect();
  const wanted = [...ends.values()].reduce((sum, end) => sum + end, 0);
  const messages: Awaited<ReturnType<typeof readTopic>> = [];
  const consumer = kafka.consumer({ groupId: `test-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      const headers = Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]));
      messages.push({ partition, key: String(message.key), headers, value: message.value?.toString() });
    },
  });
  await until(() => messages.length >= wanted, { timeoutMs: 30_000, what: `${wanted} messages of ${topic}` });
  await consumer.disconnect();
  return messages;
}

/** Nothing waits any more: outbox empty, everything sent, every system where the ledger is. */
async function drained(): Promise<void> {
  await until(
    async () => {
      const [left] = await stack.query<{ waiting: number; behind: number }>(
        `SELECT (SELECT count(*)::int FROM outbox) AS waiting,
           ((SELECT next FROM leases WHERE role = 'relay') - (SELECT next FROM leases WHERE role = 'publisher'))::int AS behind`,
      );
      return left?.waiting === 0 && left.behind === 0;
    },
    { timeoutMs: 60_000, what: 'the relay to have sent everything' },
  );
  const heads = await ledgerState();
  for (const system of SYSTEMS) await until(async () => (await systemState(system)) === heads, { timeoutMs: 60_000, everyMs: 250, what: `${system} to hold what the ledger holds` });
}

const STATE = `SELECT md5(string_agg(person || purpose || version || allowed, ',' ORDER BY person, purpose)) AS sum`;
const ledgerState = async (): Promise<string> => (await stack.query<{ sum: string }>(`${STATE} FROM heads WHERE purpose NOT LIKE '~%'`))[0]?.sum ?? '';
const systemState = async (system: string): Promise<string> => (await stack.ofSystem<{ sum: string }>(system, `${STATE} FROM samtycke_consumer.consent_state`))[0]?.sum ?? '';

describe('the main job', () => {
  test('a consent given by a system is acted on by three systems, and each acknowledges it', async () => {
    const email = address();
    const { person, decisions } = await change({ email }, grant);
    for (const system of SYSTEMS) await until(async () => (await stateIn(system, person))?.allowed, { what: `${system} to allow` });
    const second = await change({ email }, withdraw);
    for (const system of SYSTEMS) await until(async () => (await stateIn(system, person))?.version === 2 && !(await stateIn(system, person))?.allowed, { what: `${system} to stop` });
    const events = [decisions[0]?.event, second.decisions[0]?.event];
    await until(async () => {
      const acks = (await readTopic('consent.acks.v1')).map((message) => JSON.parse(message.value ?? '{}') as { system: string; event: string; outcome: string });
      return SYSTEMS.every((system) => events.every((event) => acks.some((ack) => ack.system === system && ack.event === event)));
    }, { timeoutMs: 20_000, what: 'three acknowledgements of each event' });
  });

  test('a website’s sign-up is a mail, a page whose button confirms, and a consent; the newsletter then has the person', async () => {
    const email = address();
    const origin = new URL(stack.runFile.urls.website ?? '').origin;
    const asked = await stack.api('/v1/consents', { key: stack.runFile.siteKey, body: { subject: { email }, ...grant }, headers: { origin } });
    expect([asked.status, asked.text]).toEqual([202, '{"accepted":true}']);
    const { link, subject } = await stack.mailTo(email);
    expect(subject).toBe('Bekräfta: Nyhetsbrev');
    const shown = await stack.api(link);
    expect(shown.text).toContain('Ja, jag bekräftar');
    const { body: found } = await stack.api('/v1/people/lookup', { key: key('people:read'), body: { subject: { email } } });
    const { person } = found as { person: string };
    expect((await stateIn('newsletter', person))?.allowed ?? false).toBe(false);
    expect((await stack.api(link, { method: 'POST' })).text).toContain('Tack, det är bekräftat');
    await until(async () => (await stateIn('newsletter', person))?.allowed, { what: 'the newsletter to have the person' });
  });

  test('no system’s role can connect to the ledger, nor to another system’s store', async () => {
    const denied = await stack.query<{ role: string; database: string }>(
      `SELECT r.rolname AS role, d.datname AS database FROM pg_roles r, pg_database d
       WHERE r.rolname = ANY ($1) AND d.datname = ANY ($2) AND has_database_privilege(r.oid, d.oid, 'CONNECT')`,
      [SYSTEMS, ['samtycke', ...SYSTEMS]],
    );
    expect(denied).toEqual(SYSTEMS.map((name) => ({ role: name, database: name })));
  });
});

describe('killed and restarted in mid-flight', () => {
  const PEOPLE = Array.from({ length: 60 }, address);
  const answers: { email: string; key: string; answer: Answer }[] = [];

  /** One writer: changes one person after another until told to stop; repeats a call with its key until it has an answer. */
  async function writer(number: number, over: AbortSignal): Promise<void> {
    for (let count = 0; !over.aborted; count += 1) {
      const email = PEOPLE[(number * 7 + count) % PEOPLE.length] ?? '';
      const call = { key: key('consents:write'), body: { subject: { email }, ...(count % 2 === 0 ? grant : withdraw) }, headers: { 'idempotency-key': randomUUID() } };
      const answer = await until(
        async () => {
          const { status, body } = await stack.api('/v1/consents', call);
          if (status === 503 || status === 409) return undefined;
          expect([200, 201]).toContain(status);
          return { status, body: body as Answer };
        },
        { timeoutMs: 60_000, everyMs: 100, what: 'an answer' },
      );
      if (answer.status === 201) answers.push({ email, key: call.headers['idempotency-key'], answer: answer.body });
    }
  }

  const kill = (name: string): void => {
    process.kill(stack.pid(name), 'SIGKILL');
  };

  test('with api, relay and Kafka killed under load, every call gets its answer, and the systems come level with the ledger', async () => {
    const over = new AbortController();
    const writers = Array.from({ length: 8 }, (_, number) => writer(number, over.signal));
    const enough = (count: number): Promise<boolean> => until(() => answers.length >= count, { timeoutMs: 60_000, what: `${count} answers` });
    await enough(200);
    kill('api');
    await enough(500);
    kill('relay');
    await enough(800);
    kill('kafka');
    await sleep(1_000);
    await enough(1_100);
    kill('newsletter');
    kill('api');
    await enough(1_400);
    over.abort();
    await Promise.all(writers);
    await drained();
  }, 240_000);

  test('every answer stands in the ledger once, byte-sound and chained', async () => {
    const rows = await stack.query<{ bytes: Buffer; person: string; seq: number }>(`SELECT person, seq, bytes FROM events ORDER BY person, seq`);
    const events = new Map<string, LedgerEvent>();
    let before: { person: string; hash: string; seq: number } | undefined;
    for (const { bytes, person, seq } of rows) {
      const event = JSON.parse(bytes.toString()) as LedgerEvent;
      expect(events.has(event.event)).toBe(false);
      events.set(event.event, event);
      const follows = before?.person === person;
      expect(seq).toBe(follows ? (before?.seq ?? 0) + 1 : 1);
      expect(event.prev).toBe(follows ? before?.hash : undefined);
      before = { person, seq, hash: createHash('sha256').update(Buffer.of(0)).update(bytes).digest('hex') };
    }
    expect(answers.length).toBeGreaterThanOrEqual(1_400);
    for (const { answer } of answers) {
      const [decision] = answer.decisions;
      const event = events.get(decision?.event ?? '');
      expect(event).toMatchObject({ person: answer.person, version: decision?.version, after: { status: decision?.status } });
    }
    expect(new Set(answers.map(({ answer }) => answer.decisions[0]?.event)).size).toBe(answers.length);
  });

  test('Kafka holds every event, indices without gap, first deliveries in order for each person', async () => {
    const messages = await readTopic('consent.events.v1');
    const [{ total } = { total: 0 }] = await stack.query<{ total: number }>('SELECT count(*)::int AS total FROM events');
    const seen = new Set<string>();
    const seqs = new Map<string, number>();
    const indices = new Set<number>();
    for (const { headers, value, key: person } of messages) {
      indices.add(Number(headers.ce_logindex));
      if (seen.has(headers.ce_id ?? '')) continue;
      seen.add(headers.ce_id ?? '');
      const data = JSON.parse(value ?? '{}') as MessageData;
      expect(data.person).toBe(person);
      expect(data.seq).toBe((seqs.get(person) ?? 0) + 1);
      seqs.set(person, data.seq);
    }
    expect(seen.size).toBe(total);
    expect(indices.size).toBe(total);
    expect(Math.max(...indices)).toBe(total - 1);
  });

  test('the compacted topic’s last record of every stream is the ledger’s head', async () => {
    const last = new Map<string, MessageData>();
    for (const { key: name, value } of await readTopic('consent.state.v1')) last.set(name, JSON.parse(value ?? '{}') as MessageData);
    const heads = await stack.query<{ person: string; purpose: string; version: number; allowed: boolean }>(`SELECT person, purpose, version, allowed FROM heads WHERE purpose <> '~ledger'`);
    expect(last.size).toBe(heads.length);
    for (const { person, purpose, version, allowed } of heads) expect(last.get(`${person}:${purpose}`)).toMatchObject({ version, ...(purpose.startsWith('~') ? {} : { allowed }) });
  });

  test('no log line of any program holds an address', async () => {
    const { execFileSync } = await import('node:child_process');
    const grep = (): string => execFileSync('grep', ['-rlE', '[0-9a-f-]{36}@example\\.se', `${stack.dataDir}/log`]).toString();
    expect(grep).toThrow();
  });
});
