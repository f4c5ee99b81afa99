import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Kafka, logLevel, Partitioners, type Message } from 'kafkajs';
import { AUDIT_SETTINGS, readWorld, replay as replayInto, StateTopic, type Problem } from '#audit';
import { createPool } from '#database';
import { newHolderId } from '#ledger';
import { readLog } from '#outbox';
import { freshTopics } from '#testing';
import { messagesOf, partitionOf } from '../../apps/relay/src/messages.js';
import { commandLine, type CommandLine } from '../cli/command.js';
import { proofWorld, type ProofWorld } from './world.js';

const topics = freshTopics();
const kafka = new Kafka({ clientId: 'test', brokers: topics.brokers.split(','), logLevel: logLevel.NOTHING });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
let world: ProofWorld;
let cli: CommandLine;
let people: string[] = [];
let erased = '';

beforeAll(async () => {
  world = await proofWorld();
  cli = await commandLine(world.fresh);
  Object.assign(process.env, { KAFKA_BROKERS: topics.brokers, KAFKA_TOPIC_PREFIX: topics.prefix });
  people = await Promise.all(Array.from({ length: 6 }, () => world.decide(['grant', 'withdraw', 'grant'])));
  erased = await world.decide(['grant']);
  await world.restrict(people[5] ?? '');
  await world.erase(erased);
  await world.publish();
  await topics.create();
  await producer.connect();
  const { pool, id } = world.fresh;
  const leaves = await readLog(pool, id, 0, 1_000);
  const purposes = leaves.filter(({ event }) => event.person === erased && !event.purpose.startsWith('~')).map(({ event }) => event.purpose);
  await send(messagesOf(leaves, { term: '1', purposesOf: new Map([[erased, [...new Set(purposes)]]]), make: (record) => record }).state);
  await pool.query(`INSERT INTO leases VALUES ($1, 'publisher', gen_random_uuid(), 1, now(), $2)`, [id, leaves.length]);
}, 60_000);
afterAll(async () => {
  delete process.env.KAFKA_BROKERS;
  delete process.env.KAFKA_TOPIC_PREFIX;
  await producer.disconnect();
  await topics.drop();
  cli.close();
  await world.close();
});

const send = (messages: Message[]) => producer.send({ topic: topics.names.state, acks: -1, messages });
const record = (person: string, value: object | null, purpose = 'newsletter'): Message => ({ key: `${person}:${purpose}`, value: value && JSON.stringify(value), partition: partitionOf(person) });
const replay = () => cli.run(['replay', '--log', world.root]);

test('a replay finds nothing in a state topic that the relay has written, a person restricted and one erased among them', async () => {
  expect(await replay()).toMatchObject({ code: 0, stdout: expect.stringContaining('holds  the state topic has of every stream what its last event says') });
}, 60_000);

test('a record that is older, newer, missing, other, a stranger, or a tombstone where none should be or the reverse is named by person, purpose and version', async () => {
  const [older = '', newer = '', other = '', gone = ''] = people;
  const stranger = '5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11';
  const missing = await world.decide(['grant']);
  await world.publish();
  await world.fresh.pool.query(`UPDATE leases SET next = next + 1 WHERE role = 'publisher'`);
  await send([record(older, { version: 2, status: 'withdrawn', allowed: false }), record(newer, { version: 9, status: 'given', allowed: true }), record(other, { version: 3, status: 'given', allowed: false, channels: [] })]);
  await send([record(gone, null), record(erased, { version: 1, status: 'given', allowed: true }), record(stranger, { version: 1, status: 'given', allowed: true })]);
  const { code, stdout } = await replay();
  expect(code).toBe(1);
  const named = stdout.split('\n').flatMap((line) => /^FAILS {2}person (\S+), purpose newsletter, version (\d+): the state topic (.*)$/.exec(line)?.slice(1).join(' ') ?? []);
  expect(named.sort()).toEqual([
    `${older} 3 has an older record, of version 2`,
    `${newer} 3 has a newer record, of version 9`,
    `${other} 3 has a record of this version that says something else`,
    `${gone} 3 has a tombstone where none should be`,
    `${missing} 1 has no record`,
    `${stranger} 1 has a record, and there is no event`,
    `${erased} 2 has a record where a tombstone should be: the person was erased`,
  ].sort());
}, 60_000);

test('what was not sent yet, or changed meanwhile, is not called a difference', async () => {
  await world.decide(['grant']);
  await world.publish();
  const { stdout } = await replay();
  expect(stdout).toContain('open   1 records of people who changed meanwhile, or whose last event is on its way');
}, 60_000);

test('differences of any number are all counted', async () => {
  await send(Array.from({ length: 1_100 }, () => record(newHolderId(), { version: 1, status: 'given', allowed: true })));
  expect((await replay()).stdout).toContain('the state topic has of every stream what its last event says: not so in 1,107 places (the first 200 of all are told)');
}, 60_000);

test('somebody whose first event comes after the replay has passed is no difference, and a stranger is', async () => {
  const { id, keyring } = world.fresh;
  const pool = createPool({ url: world.fresh.url, name: 'auditor', max: 4, settings: AUDIT_SETTINGS });
  const told: Problem[] = [];
  const problem = (one: Problem): void => void told.push(one);
  const place = await replayInto({ pool, ledger: id, world: await readWorld(pool, id, keyring.origin), problem, page: () => undefined });
  const newcomer = await world.decide(['grant']);
  const stranger = newHolderId();
  await world.publish();
  await world.fresh.pool.query(`UPDATE leases SET next = (SELECT max(idx) + 1 FROM leaves) WHERE role = 'publisher'`);
  const records = new StateTopic(pool, id, place.schema);
  await records.begin();
  for (const person of [newcomer, stranger]) records.note({ person, purpose: 'newsletter', value: { version: 1, status: 'given', allowed: true } });
  expect(await records.compare(problem)).toBeGreaterThan(0);
  await place.drop();
  await pool.end();
  expect(told.filter(({ person }) => person === newcomer || person === stranger).map(({ person }) => person)).toEqual([stranger]);
}, 60_000);
