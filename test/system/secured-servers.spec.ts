import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createConsumer, kafkaOf, memoryStore, type KafkaAccess } from '#consumer';
import type { Propagation } from '#propagation';
import { until } from '#testing';
import { securedKafka, type SecuredKafka } from '../setup/secured-kafka.js';
import { securedPostgres, type SecuredPostgres } from '../setup/secured-postgres.js';
import { startStack, type Stack } from '../setup/stack.js';
import { freshPlace, run } from '../start/fixtures/launcher.js';

let kafka: SecuredKafka;
let postgres: SecuredPostgres;
let stack: Stack;
let env: Record<string, string>;
beforeAll(async () => {
  [kafka, postgres] = await Promise.all([securedKafka(), securedPostgres()]);
  env = { KAFKA_BROKERS: kafka.brokers, KAFKA_CA_FILE: kafka.caFile, KAFKA_SASL: 'scram-sha-512', KAFKA_USERNAME: kafka.user, KAFKA_PASSWORD_FILE: kafka.passwordFile };
  stack = await startStack({ ...env, DATABASE_URL: postgres.url });
}, 240_000);
afterAll(async () => {
  await stack?.stop();
  await Promise.all([kafka?.close(), postgres?.close()]);
});

const key = (scope: string): string => stack.runFile.keys[scope] ?? '';
const SUBJECT = { email: `${randomUUID()}@example.se` };
const NOTICE = { notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' }, capture: { context: 'newsletter-signup', method: 'form', point: 'site-footer' } };

async function decide(decision: object, subject: object = SUBJECT): Promise<string> {
  const { status, body } = await stack.api('/v1/consents', { key: key('consents:write'), body: { subject, decisions: [{ purpose: 'newsletter', ...decision }], ...NOTICE } });
  expect(status).toBe(201);
  return (body as { person: string }).person;
}

/** Which systems have acknowledged the person's withdrawal. */
async function heardBy(person: string): Promise<string[]> {
  const { body } = await stack.api(`/v1/people/${person}/propagation`, { key: key('audit:read'), headers: { 'samtycke-reason': 'a test' } });
  const withdrawal = (body as Propagation).events.find(({ type }) => type === 'consent-withdrawn');
  return (withdrawal?.systems ?? []).filter(({ state }) => state !== 'waiting').map(({ system }) => system).sort();
}

async function isAllowed(person: string): Promise<boolean | undefined> {
  const [row] = await stack.ofSystem<{ allowed: boolean }>('newsletter', `SELECT allowed FROM samtycke_consumer.consent_state WHERE person = '${person}' AND purpose = 'newsletter'`);
  return row?.allowed;
}

test('a withdrawal is sent to a Kafka that asks for TLS and a password, is acknowledged by all systems, and they are asked for the password again meanwhile', async () => {
  const person = await decide({ decision: 'grant', channels: ['email'] });
  await decide({ decision: 'withdraw' });
  await until(async () => (await heardBy(person)).length === 3, { timeoutMs: 30_000, what: 'three acknowledgements' });
  // For longer than a connection is let be before it must say its password again.
  const begun = performance.now();
  for (let allowed = true; performance.now() - begun < 17_000; allowed = !allowed) {
    await decide(allowed ? { decision: 'grant', channels: ['email'] } : { decision: 'withdraw' });
    await until(async () => (await isAllowed(person)) === allowed, { timeoutMs: 5_000, everyMs: 100, what: `${allowed} at the newsletter` });
  }
  expect(stack.launch.output()).not.toContain(kafka.passwords.scram);
}, 120_000);

test('a PostgreSQL that lets nobody in but by TLS is reached by every program, its certificate checked', async () => {
  const plain = new pg.Client({ connectionString: postgres.plainUrl });
  await expect(plain.connect()).rejects.toThrow('no encryption');
  const rows = await stack.query<{ name: string; secured: boolean }>(`SELECT application_name AS name, bool_and(ssl) AS secured
    FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE application_name LIKE 'samtycke-%' GROUP BY 1`);
  expect(rows.filter(({ secured }) => !secured)).toEqual([]);
  expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['api', 'relay', 'worker', 'newsletter', 'analytics', 'portal'].map((name) => `samtycke-${name}`)));
});

const samtycke = async (own: Record<string, string>, ...args: string[]): Promise<[number | null, string]> => {
  const command = run([join(process.cwd(), 'dist/apps/cli/src/main.js'), ...args], { ...own, SAMTYCKE_DATA: stack.dataDir });
  return [await command.exit, command.output()];
};

test('the command line comes in the same way, and says in a sentence why it does not', async () => {
  expect(await samtycke(env, 'dead', 'list')).toEqual([0, expect.stringMatching(/^No dead letter:/)]);
  const [code, said] = await samtycke({ ...env, KAFKA_PASSWORD_FILE: '', KAFKA_PASSWORD: 'another' }, 'dead', 'list');
  expect([code, said]).toEqual([2, expect.stringMatching(/Kafka at localhost:\d+ does not do it: .*authentication/i)]);
  expect(await samtycke({ ...env, KAFKA_USERNAME: '' }, 'dead', 'list')).toEqual([2, expect.stringContaining('KAFKA_USERNAME is missing')]);
}, 60_000);

/** As the token service of a company would, but that nobody signs it: this broker takes it so. */
function tokenOf(sub: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub, iat: now, exp: now + 600 })}.`;
}

const WAYS: [string, string, () => KafkaAccess][] = [
  ['PLAIN over TLS', 'crm', () => kafkaOf({ ...env, KAFKA_SASL: 'plain', KAFKA_USERNAME: 'crm', KAFKA_PASSWORD_FILE: '', KAFKA_PASSWORD: kafka.passwords.plain })],
  ['a certificate of its own', 'erp', () => kafkaOf({ KAFKA_BROKERS: kafka.mutualBrokers, KAFKA_CA_FILE: kafka.caFile, KAFKA_CERT_FILE: kafka.client.certFile, KAFKA_KEY_FILE: kafka.client.keyFile })],
  ['a token, given in code', 'loyalty', () => ({ ...kafkaOf({ KAFKA_BROKERS: kafka.brokers, KAFKA_CA_FILE: kafka.caFile }), sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: tokenOf('loyalty') }) } })],
];

test.each(WAYS)('a system of one’s own comes in by %s, and needs no right beyond those that its README names', async (_, system, access) => {
  expect((await samtycke(env, 'systems', 'add', system, '--purposes', 'newsletter', '--deadline', '5s'))[0]).toBe(0);
  const consumer = createConsumer({ system, ...access(), store: memoryStore(), purposes: ['newsletter'] });
  await consumer.start();
  await consumer.following();
  const subject = { email: `${randomUUID()}@example.se` };
  const person = await decide({ decision: 'grant', channels: ['email'] }, subject);
  await decide({ decision: 'withdraw' }, subject);
  await until(async () => (await heardBy(person)).includes(system), { timeoutMs: 20_000, what: 'its acknowledgement' });
  await consumer.stop();
}, 60_000);

test('who shows no certificate where one is asked for is told so', async () => {
  const [code, said] = await samtycke({ KAFKA_BROKERS: kafka.mutualBrokers, KAFKA_CA_FILE: kafka.caFile }, 'dead', 'list');
  expect(said).toMatch(/Kafka at localhost:\d+ does not do it: .*certificate/i);
  expect(code).not.toBe(0);
}, 60_000);

test.each([
  ['a wrong password', { KAFKA_PASSWORD_FILE: '', KAFKA_PASSWORD: 'another' }, /KAFKA_BROKERS cannot be used: .*authentication/i],
  ['a certificate that nobody vouches for', { KAFKA_CA_FILE: '', KAFKA_TLS: 'true' }, /KAFKA_BROKERS cannot be used: .*certificate/i],
  ['variables that contradict each other', { KAFKA_TLS: 'false' }, /KAFKA_TLS is false, and a file for TLS is named/],
  ['a password for no Kafka', { KAFKA_BROKERS: '' }, /KAFKA_CA_FILE is set, and KAFKA_BROKERS names no Kafka/],
])('the start refuses %s, and begins nothing', async (_, own, sentence) => {
  const place = await freshPlace();
  const started = run([join(process.cwd(), 'dist/apps/start/src/main.js')], { ...place.env, ...env, ...own });
  expect(await started.exit).toBe(1);
  expect(started.output()).toMatch(sentence);
  expect(started.output()).not.toContain('another');
  await place.remove();
}, 60_000);
