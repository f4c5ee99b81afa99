import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { until } from '#testing';
import { commandLine, type CommandLine } from '../cli/command.js';
import { relayWorld, type RelayWorld, type Seen } from './relay-world.js';

let world: RelayWorld;
let cli: CommandLine;
const PEOPLE = 40;

beforeAll(async () => {
  world = await relayWorld();
  cli = await commandLine(world.fresh);
}, 60_000);
afterAll(async () => {
  cli?.close();
  await world.close();
});

const indices = (seen: readonly Seen[]): number[] => seen.map(({ headers }) => Number(headers.ce_logindex));
/** First deliveries of each person; what was under way when a topic went may come twice. */
const inOrder = (seen: readonly Seen[]): void => {
  const last = new Map<string, number>();
  const first = seen.filter(({ headers }, at) => indices(seen).indexOf(Number(headers.ce_logindex)) === at);
  for (const { key, value } of first) {
    expect(Number(value?.seq)).toBe((last.get(key) ?? 0) + 1);
    last.set(key, Number(value?.seq));
  }
};
const all = (what: string, count: number): Promise<unknown> => until(() => new Set(indices(world.seen.events)).size === count, { timeoutMs: 30_000, what });
const logSize = async (): Promise<number> => Number((await world.fresh.pool.query('SELECT count(*) AS size FROM leaves')).rows[0].size);

async function deleteTopic(name: string): Promise<void> {
  const admin = world.kafka.admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [name] });
  await until(async () => !(await admin.listTopics()).includes(name), { timeoutMs: 20_000, what: 'the topic to be gone' });
  await admin.disconnect();
}

/** The topic of events was made anew, and holds the log in its order. */
async function filledAgain(): Promise<void> {
  const admin = world.kafka.admin();
  await admin.connect();
  await until(async () => (await admin.listTopics()).includes(world.topics.names.events), { timeoutMs: 30_000, what: 'the topic to be made' });
  await admin.disconnect();
  await world.readAnew();
  await all('all events again', await logSize());
  inOrder(world.seen.events);
}

async function heldIn(topic: string): Promise<number> {
  const admin = world.kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect());
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}

/** Everything that lies in both topics has been read: what comes from here on is new. */
async function readToTheEnd(): Promise<void> {
  const { events, state } = world.topics.names;
  await until(async () => (await heldIn(events)) === world.seen.events.length && (await heldIn(state)) === world.seen.state.length, { timeoutMs: 30_000, what: 'the ends of both topics' });
}

test('a deleted topic of events is made anew and filled from index 0, in the order of the log, before anything new', async () => {
  const relay = world.startRelay();
  const people = await Promise.all(Array.from({ length: PEOPLE }, () => world.grant()));
  await until(async () => (await logSize()) >= PEOPLE, { timeoutMs: 20_000, what: 'all indices' });
  await all('all events', await logSize());
  await deleteTopic(world.topics.names.events);
  for (const person of people) await world.withdraw(person);
  await until(async () => (await logSize()) >= 2 * PEOPLE, { timeoutMs: 20_000, what: 'all indices' });
  await filledAgain();
  await relay.stop();
}, 120_000);

test('a topic that was deleted while no relay ran is filled again by the one that starts', async () => {
  await deleteTopic(world.topics.names.events);
  const relay = world.startRelay();
  await filledAgain();
  await relay.stop();
}, 120_000);

test('one command fills a topic again, of events, state or checkpoints; the relay tells when it is done', async () => {
  const relay = world.startRelay();
  const before = await logSize();
  await world.readAnew();
  await all('all events', before);
  await readToTheEnd();
  const seen = world.seen.events.length;
  const states = new Set(world.seen.state.map(({ key }) => key));
  for (const topic of ['events', 'state', 'checkpoints']) {
    const { code, stdout, stderr } = await cli.run(['topics', 'refill', topic]);
    expect({ code, stderr: stderr.replace(/.*the relay has yet to begin.*\n/g, '') }).toMatchObject({ code: 0 });
    expect(stdout).toBe(`The topic of ${topic} holds everything again, in order.\n`);
  }
  await until(() => new Set(indices(world.seen.events.slice(seen))).size === before, { timeoutMs: 20_000, what: 'every event once more' });
  expect(new Set(world.seen.state.map(({ key }) => key))).toEqual(states);
  const { rows: [signed] } = await world.fresh.pool.query<{ count: string }>('SELECT count(*) FROM checkpoints');
  expect(await heldIn(world.topics.names.checkpoints)).toBeGreaterThanOrEqual(2 * Number(signed?.count));
  await relay.stop();
}, 120_000);

test('a refill that a leader began is finished by the next', async () => {
  const { pool, id } = world.fresh;
  await pool.query(`INSERT INTO leases (ledger, role, holder, fencing, expires_at, next) VALUES ($1, 'refill-events', '00000000-0000-0000-0000-000000000000', 0, 'infinity', 3)
    ON CONFLICT (ledger, role) DO UPDATE SET next = 3`, [id]);
  await world.readAnew();
  const size = await logSize();
  const count = (index: number): number => indices(world.seen.events).filter((one) => one === index).length;
  await readToTheEnd();
  const [before2, beforeLast] = [count(2), count(size - 1)];
  const relay = world.startRelay();
  await until(() => count(size - 1) > beforeLast, { timeoutMs: 20_000, what: 'the last event once more' });
  expect(count(2)).toBe(before2);
  await until(async () => (await pool.query(`SELECT 1 FROM leases WHERE role = 'refill-events' AND next < 0`)).rowCount === 1, { timeoutMs: 20_000, what: 'the note of its end' });
  await relay.stop();
}, 60_000);

test('an unknown topic, or one that belongs to the systems, is refused in one sentence', async () => {
  const { code, stderr } = await cli.run(['topics', 'refill', 'acks']);
  expect(code).toBe(1);
  expect(stderr).toContain('Allowed choices are events, state, checkpoints');
});
