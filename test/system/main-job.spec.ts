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

/** Which streams each system keeps; it acknowledges all others as not its own. */
const KEEPS: Record<string, string> = { newsletter: `purpose = 'newsletter'`, analytics: `purpose IN ('statistics', 'analytics-segmentation')`, portal: `purpose NOT LIKE '~%'` };
const SYSTEMS = Object.keys(KEEPS);

const siteOrigin = (): string => new URL(stack.runFile.urls.website ?? '').origin;
const bySite = () => ({ key: stack.runFile.siteKey, headers: { origin: siteOrigin() } });
const COOKIES = { notice: { id: 'cookies', version: '1.3', locale: 'sv' }, capture: { context: 'cookies', method: 'banner', point: 'banner' } };
const cookieChoice = (token: string, decision: string) => ({ subject: { device: token }, decisions: [{ purpose: 'statistics', decision }], ...COOKIES });

async function newDevice(): Promise<{ device: string; token: string }> {
  const { body } = await stack.api('/v1/devices', { ...bySite(), method: 'POST' });
  return body;
}

async function ofDevice(token: string, decision: string): Promise<void> {
  const { status } = await stack.api('/v1/consents', { ...bySite(), body: cookieChoice(token, decision) });
  expect(status).toBe(201);
}

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

interface Ack {
  system: string;
  event: string;
}

/** Which systems have acknowledged which event. */
async function acknowledged(): Promise<Map<string, Set<string>>> {
  const by = new Map<string, Set<string>>();
  for (const { key: event, value } of await readTopic('consent.acks.v1')) {
    const { system } = JSON.parse(value ?? '{}') as Ack;
    by.set(event, (by.get(event) ?? new Set()).add(system));
  }
  return by;
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
  for (const system of SYSTEMS) await until(async () => (await systemState(system)) === (await ledgerState(system)), { timeoutMs: 60_000, everyMs: 250, what: `${system} to hold what the ledger holds` });
}

const STATE = `SELECT md5(string_agg(person || purpose || version || allowed, ',' ORDER BY person, purpose)) AS sum`;
const ledgerState = async (system: string): Promise<string> => (await stack.query<{ sum: string }>(`${STATE} FROM heads WHERE ${KEEPS[system]}`))[0]?.sum ?? 'nothing';
const systemState = async (system: string): Promise<string> => (await stack.ofSystem<{ sum: string }>(system, `${STATE} FROM samtycke_consumer.consent_state WHERE ${KEEPS[system]}`))[0]?.sum ?? 'nothing';

describe('the main job', () => {
  test('a consent given by a system is acted on by the systems it concerns, and all three acknowledge it', async () => {
    const email = address();
    const { person } = await change({ email }, grant);
    const concerned = ['newsletter', 'portal'];
    for (const system of concerned) await until(async () => (await stateIn(system, person))?.allowed, { what: `${system} to allow` });
    await change({ email }, withdraw);
    for (const system of concerned) await until(async () => (await stateIn(system, person))?.version === 2 && !(await stateIn(system, person))?.allowed, { what: `${system} to stop` });
    // A system that has just started learns what came before from the state topic, and acknowledges what comes from then on.
    await until(async () => {
      const { decisions } = await change({ email: address() }, grant);
      const all = async (): Promise<boolean> => (await acknowledged()).get(decisions[0]?.event ?? '')?.size === SYSTEMS.length;
      return until(all, { timeoutMs: 10_000 }).catch(() => false);
    }, { timeoutMs: 50_000, what: 'a change that all three acknowledge' });
  }, 120_000);

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

  test('a device’s consent starts the counting, and its withdrawal deletes what was counted', async () => {
    const { token, device } = await newDevice();
    await ofDevice(token, 'grant');
    const collect = () => fetch(new URL('/collect', stack.runFile.urls.analytics), { method: 'POST', headers: { 'content-type': 'application/json', origin: siteOrigin() }, body: JSON.stringify({ device, path: '/', title: 'Start' }) });
    const views = async () => ((await (await fetch(new URL(`/api/devices/${device}`, stack.runFile.urls.analytics))).json()) as { views: number }).views;
    await until(async () => {
      await collect();
      return (await views()) > 0;
    }, { what: 'a view to be counted' });
    await ofDevice(token, 'withdraw');
    await until(async () => (await views()) === 0, { what: 'the views to be deleted' });
    await collect();
    expect(await views()).toBe(0);
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
  const answers: Answer[] = [];

  let devices: string[] = [];

  /** The next change of a writer: of a person by a system, or of a device by the website. */
  function nextCall(number: number, count: number): { key: string; body: object; headers: Record<string, string> } {
    const again = { 'idempotency-key': randomUUID() };
    const at = number * 7 + count;
    if (at % 4 === 3) {
      const { key: siteKey, headers } = bySite();
      return { key: siteKey, body: cookieChoice(devices[at % devices.length] ?? '', count % 2 === 0 ? 'grant' : 'withdraw'), headers: { ...headers, ...again } };
    }
    return { key: key('consents:write'), body: { subject: { email: PEOPLE[at % PEOPLE.length] }, ...(count % 2 === 0 ? grant : withdraw) }, headers: again };
  }

  /** One writer: changes one person after another until told to stop; repeats a call with its key until it has an answer. */
  async function writer(number: number, over: AbortSignal): Promise<void> {
    for (let count = 0; !over.aborted; count += 1) {
      const call = nextCall(number, count);
      const answer = await until(
        async () => {
          const { status, body } = await stack.api('/v1/consents', call);
          if (status === 503 || status === 409) return undefined;
          expect([200, 201]).toContain(status);
          return { status, body: body as Answer };
        },
        { timeoutMs: 60_000, everyMs: 100, what: 'an answer' },
      );
      if (answer.status === 201) answers.push(answer.body);
    }
  }

  const kill = (name: string): void => {
    process.kill(stack.pid(name), 'SIGKILL');
  };

  test('with api, relay and Kafka killed under load, every call gets its answer, and the systems come level with the ledger', async () => {
    devices = await Promise.all(Array.from({ length: 20 }, async () => (await newDevice()).token));
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
  }, 300_000);

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
    for (const answer of answers) {
      const [decision] = answer.decisions;
      const event = events.get(decision?.event ?? '');
      expect(event).toMatchObject({ person: answer.person, version: decision?.version, after: { status: decision?.status } });
    }
    expect(new Set(answers.map((answer) => answer.decisions[0]?.event)).size).toBe(answers.length);
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

  test('every system has acknowledged every answered change, also the one that was killed', async () => {
    const waiting = async (): Promise<number> => {
      const by = await acknowledged();
      return answers.filter((answer) => by.get(answer.decisions[0]?.event ?? '')?.size !== SYSTEMS.length).length;
    };
    await until(async () => (await waiting()) === 0, { timeoutMs: 60_000, what: 'all acknowledgements' });
  }, 120_000);

  test('no log line of any program holds an address', async () => {
    const { execFileSync } = await import('node:child_process');
    const grep = (): string => execFileSync('grep', ['-rlE', '[0-9a-f-]{36}@example\\.se', `${stack.dataDir}/log`]).toString();
    expect(grep).toThrow();
  });
});
