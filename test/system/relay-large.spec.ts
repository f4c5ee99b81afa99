import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { uuidv7 } from '#ledger';
import { until } from '#testing';
import { commandLine, type CommandLine } from '../cli/command.js';
import { relayWorld, type RelayWorld } from './relay-world.js';

/** More than what a partition takes in one batch (1 MB) lies between two pages. */
const CHANGES = 700;
const TEXT = 'Så här långt är skälet. '.repeat(150);

let world: RelayWorld;
let cli: CommandLine;

beforeAll(async () => {
  world = await relayWorld();
  cli = await commandLine(world.fresh);
}, 60_000);
afterAll(async () => {
  cli?.close();
  await world.close();
});

/** Events of one person that wait for the relay, each with a long reason: the rows of one real change, again and again. */
async function pile(person: string): Promise<void> {
  const { pool, id } = world.fresh;
  const { rows: [model] } = await pool.query<{ text: string }>(`SELECT convert_from(bytes, 'UTF8') AS text FROM events WHERE ledger = $1 AND person = $2`, [id, person]);
  const event = JSON.parse(model?.text ?? '{}') as Record<string, unknown>;
  const events = Array.from({ length: CHANGES }, (_, at) => JSON.stringify({ ...event, event: uuidv7(), seq: at + 2, version: at + 2, reason: TEXT }));
  await pool.query(
    `WITH written AS (
       INSERT INTO events (ledger, person, purpose, version, seq, request, ordinal, event, type, recorded_at, occurred_at, bytes)
       SELECT $1, $2, m.purpose, (e->>'version')::int, (e->>'seq')::int, (e->>'event')::uuid, 0, (e->>'event')::uuid, m.type, m.recorded_at, m.occurred_at, convert_to(t, 'UTF8')
       FROM unnest($3::text[]) t, LATERAL (SELECT t::json AS e) j, (SELECT * FROM events WHERE ledger = $1 AND person = $2 LIMIT 1) m RETURNING recorded_at, seq)
     INSERT INTO outbox (ledger, recorded_at, person, seq) SELECT $1, recorded_at, $2, seq FROM written`,
    [id, person, events],
  );
}

test('what piles up of one person goes out in order, however much a batch of his partition may hold', async () => {
  const person = await world.grant();
  await pile(person);
  const others = await Promise.all(Array.from({ length: 20 }, () => world.grant()));
  const relay = world.startRelay();
  await until(() => world.seen.events.filter(({ key }) => key === person).length >= CHANGES + 1, { timeoutMs: 30_000, what: 'every event of the person' });
  const his = world.seen.events.filter(({ key }) => key === person);
  expect(his.map(({ value }) => value?.version)).toEqual(Array.from({ length: CHANGES + 1 }, (_, at) => at + 1));
  expect(his.slice(1).every(({ value }) => value?.reason === TEXT)).toBe(true);
  await until(() => others.every((other) => world.seen.events.some(({ key }) => key === other)), { timeoutMs: 20_000, what: 'the others' });
  await relay.stop();
}, 120_000);

test('nor does a replay to a new system stop at it', async () => {
  process.env.KAFKA_BROKERS = world.topics.brokers;
  process.env.KAFKA_TOPIC_PREFIX = world.topics.prefix;
  const { rows: [log] } = await world.fresh.pool.query<{ size: string }>('SELECT count(*) AS size FROM leaves');
  const { code, stdout, stderr } = await cli.run(['systems', 'replay', 'crm', '--topic', `${world.topics.prefix}crm`]);
  delete process.env.KAFKA_BROKERS;
  delete process.env.KAFKA_TOPIC_PREFIX;
  expect({ code, problem: code === 0 ? '' : stderr }).toEqual({ code: 0, problem: '' });
  expect(stdout).toContain(Number(log?.size).toLocaleString('en'));
}, 60_000);
