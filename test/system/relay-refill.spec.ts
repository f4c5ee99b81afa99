import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Admin } from 'kafkajs';
import type { Pool } from 'pg';
import { pino } from 'pino';
import { newHolderId } from '#ledger';
import { Bell, forgetLost, Lease, noteLost, RecentLeaves, requestRefill, sequencePage, type Term } from '#outbox';
import { until } from '#testing';
import { sendCheckpoints } from '../../apps/relay/src/log/send-checkpoints.js';
import { KeptTopics } from '../../apps/relay/src/kept-topics.js';
import { Mends } from '../../apps/relay/src/mends.js';
import { Publisher } from '../../apps/relay/src/publish.js';
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
const logSize = async (): Promise<number> => Number((await world.fresh.pool.query('SELECT count(*) AS size FROM leaves')).rows[0].size);

/** Every event that has an index by then lies in the topic: the last may be given one only now. */
const all = (what: string): Promise<unknown> => until(async () => new Set(indices(world.seen.events)).size === (await logSize()), { timeoutMs: 30_000, what });

async function asAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = world.kafka.admin();
  await admin.connect();
  return work(admin).finally(() => admin.disconnect());
}

const deleteTopic = (name: string): Promise<void> =>
  asAdmin(async (admin) => {
    await admin.deleteTopics({ topics: [name] });
    await until(async () => !(await admin.listTopics()).includes(name), { timeoutMs: 20_000, what: 'the topic to be gone' });
  });

/** The rights of each person and purpose, as a compacted topic says them; what has no record any more is left out. */
const standing = (seen: readonly Seen[]): Map<string, unknown> => new Map([...new Map(seen.map(({ key, value }) => [key, value]))].filter(([, value]) => value !== null).map(([key, value]) => [key, value?.hash]));

/** The topic of events was made anew, and holds the log in its order. */
async function filledAgain(): Promise<void> {
  await asAdmin((admin) => until(async () => (await admin.listTopics()).includes(world.topics.names.events), { timeoutMs: 30_000, what: 'the topic to be made' }));
  await world.readAnew();
  await all('all events again');
  inOrder(world.seen.events);
}

async function heldIn(topic: string): Promise<number> {
  const offsets = await asAdmin((admin) => admin.fetchTopicOffsets(topic));
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}

/** Everything that lies in both topics has been read: what comes from here on is new. */
async function readToTheEnd(): Promise<void> {
  const { events, state } = world.topics.names;
  await until(async () => (await heldIn(events)) === world.seen.events.length && (await heldIn(state)) === world.seen.state.length, { timeoutMs: 30_000, what: 'the ends of both topics' });
}

/** A relay ran, and has sent all of the log, whose last event is of this person. */
async function lastSent(): Promise<string> {
  const relay = world.startRelay();
  await world.readAnew();
  const person = await world.grant();
  await until(() => world.seen.events.some(({ key }) => key === person), { timeoutMs: 20_000, what: 'the last event of the log' });
  await relay.stop();
  return person;
}

test('a deleted topic of events is made anew and filled from index 0, in the order of the log, before anything new', async () => {
  const relay = world.startRelay();
  const people = await Promise.all(Array.from({ length: PEOPLE }, () => world.grant()));
  await until(async () => (await logSize()) >= PEOPLE, { timeoutMs: 20_000, what: 'all indices' });
  await all('all events');
  expect((await world.fresh.pool.query(`SELECT FROM leases WHERE role LIKE 'refill-%'`)).rowCount).toBe(0);
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

test('a topic that the relay may not make is filled again once somebody has made it', async () => {
  const relay = world.startRelay({ createTopics: false });
  await world.readAnew();
  await readToTheEnd();
  const stood = standing(world.seen.state);
  expect(stood.size).toBe(PEOPLE);
  await deleteTopic(world.topics.names.state);
  const waits = await world.grant();
  await until(async () => (await world.fresh.pool.query(`SELECT FROM leases WHERE role = 'refill-state' AND next = 0`)).rowCount === 1, { timeoutMs: 30_000, what: 'a relay that knows what is to be sent again' });
  await world.topics.create();
  await world.readAnew();
  await until(() => standing(world.seen.state).size === PEOPLE + 1, { timeoutMs: 30_000, what: 'the state of everybody' });
  const stands = standing(world.seen.state);
  expect(stands.delete(`${waits}:newsletter`)).toBe(true);
  expect(stands).toEqual(stood);
  await relay.stop();
}, 120_000);

test('a topic that was deleted and made anew while the relay had nothing to send, or did not run, is filled again', async () => {
  for (const runs of [true, false]) {
    const quiet = runs ? world.startRelay() : undefined;
    await world.readAnew();
    await all('all events');
    await deleteTopic(world.topics.names.events);
    await deleteTopic(world.topics.names.state);
    await world.topics.create();
    const relay = quiet ?? world.startRelay();
    await world.readAnew();
    await all('all events again');
    inOrder(world.seen.events);
    await until(() => standing(world.seen.state).size === PEOPLE + 1, { timeoutMs: 30_000, what: 'the state of everybody' });
    await relay.stop();
  }
}, 120_000);

test('a topic that is lost again a moment after it was filled is filled again', async () => {
  const relay = world.startRelay({ createTopics: false });
  await world.readAnew();
  await readToTheEnd();
  const { state } = world.topics.names;
  const { size } = standing(world.seen.state);
  for (const time of ['for the first time', 'for the second']) {
    await deleteTopic(state);
    await world.topics.create();
    await until(async () => (await heldIn(state)) >= size, { timeoutMs: 30_000, what: `the state of everybody, ${time}` });
  }
  await relay.stop();
}, 120_000);

test('after a topic was lost nothing new is told before all that was lost lies there again', async () => {
  const relay = world.startRelay({ createTopics: false });
  await world.readAnew();
  await readToTheEnd();
  const { events, state } = world.topics.names;
  const stood = standing(world.seen.state);
  const [stream = ''] = stood.keys();
  const before = await heldIn(events);
  await deleteTopic(state);
  await world.topics.create();
  await world.grant(stream.split(':')[0]);
  await until(async () => (await heldIn(events)) > before, { timeoutMs: 30_000, what: 'the new event' });
  expect(await heldIn(state)).toBeGreaterThanOrEqual(stood.size);
  await relay.stop();
}, 120_000);

test('checkpoints that are asked for again while they are sent again are sent once more', async () => {
  const { fresh: { pool, id, keyring }, topics: { brokers, prefix, names } } = world;
  await lastSent();
  const fencing = (await new Lease(pool, id, 'relay', newHolderId()).take())?.fencing ?? '';
  const { rows: [signed] } = await pool.query<{ count: string }>('SELECT count(*) FROM checkpoints');
  const before = await heldIn(names.checkpoints);
  await requestRefill(pool, id, 'checkpoints');
  let isAskedAgain = false;
  const query = async (...told: Parameters<Pool['query']>): Promise<unknown> => {
    // All of them are sent again, which is about to be noted.
    if (!isAskedAgain && String(told[0]).startsWith('UPDATE leases SET next')) {
      isAskedAgain = true;
      await requestRefill(pool, id, 'checkpoints');
    }
    return pool.query(...told);
  };
  const over = new AbortController();
  const term: Term = { fencing, signal: over.signal, leads: () => true, end: () => undefined };
  const running = sendCheckpoints({ pool: Object.assign(Object.create(pool) as Pool, { query }), ledger: id, origin: keyring.origin, brokers: brokers.split(','), prefix, log: pino({ level: 'silent' }), signed: new Bell(), published: () => Number.MAX_SAFE_INTEGER }, term);
  await until(async () => isAskedAgain && (await pool.query(`SELECT FROM leases WHERE role = 'refill-checkpoints' AND next < 0`)).rowCount === 1, { timeoutMs: 30_000, what: 'the end of the refill' });
  over.abort();
  await running;
  expect((await heldIn(names.checkpoints)) - before).toBeGreaterThanOrEqual(2 * Number(signed?.count));
}, 90_000);

test('one command fills a topic again, of events, state or checkpoints; the relay tells when it is done', async () => {
  const relay = world.startRelay();
  const before = await logSize();
  await world.readAnew();
  await all('all events');
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

test('a refill of the state says of nobody what no longer holds, however many pages lie between, and names each stream once', async () => {
  const relay = world.startRelay();
  const [leaves, erased] = [await world.grant(), await world.grant()];
  // More than a page of the log.
  for (let at = 0; at < 2_100; at += 300) await Promise.all(Array.from({ length: 300 }, () => world.grant()));
  await world.withdraw(leaves);
  await world.erase(erased);
  await until(async () => (await world.fresh.pool.query('SELECT FROM outbox LIMIT 1')).rowCount === 0, { timeoutMs: 60_000, what: 'all indices' });
  await all('all events');
  await readToTheEnd();
  const stood = standing(world.seen.state);
  await deleteTopic(world.topics.names.state);
  await world.topics.create();
  await world.readAnew();
  await until(() => standing(world.seen.state).size === stood.size, { timeoutMs: 30_000, what: 'the state of everybody' });
  await until(async () => (await world.fresh.pool.query(`SELECT FROM leases WHERE role = 'refill-state' AND next < 0`)).rowCount === 1, { timeoutMs: 30_000, what: 'the end of the refill' });
  await readToTheEnd();
  expect(standing(world.seen.state)).toEqual(stood);
  const said = (key: string): unknown[] => world.seen.state.filter((one) => one.key === key).map(({ value }) => value && value.allowed);
  expect(said(`${leaves}:newsletter`)).toEqual([false]);
  expect(said(`${erased}:newsletter`)).toEqual([null]);
  expect(new Set(world.seen.state.map(({ key }) => key)).size).toBe(world.seen.state.length);
  for (const { value, headers } of world.seen.state) expect(headers.ce_sequence).toBe(value ? String(value.version).padStart(10, '0') : undefined);
  const byErasure = world.seen.state.find(({ key }) => key === `${erased}:~person`)?.headers.ce_logindex;
  expect(world.seen.state.find(({ key }) => key === `${erased}:newsletter`)?.headers.ce_logindex).toBe(byErasure);
  await relay.stop();
}, 180_000);

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

test('a relay that is unsure in the midst of a refill whether it leads sends nothing new before the refill is done, and forgets no mend', async () => {
  const { fresh: { pool, id }, topics: { brokers, prefix } } = world;
  const person = await lastSent();
  const size = await logSize();
  const fencing = (await new Lease(pool, id, 'relay', newHolderId()).take())?.fencing ?? '';
  await world.withdraw(person);
  await sequencePage(pool, id, fencing);
  await requestRefill(pool, id, 'events');
  await world.readAnew();
  await readToTheEnd();
  const [read, states] = [world.seen.events.length, world.seen.state.length];
  // Before the second page of the refill, then before what is sent right.
  const [over, unsure] = [new AbortController(), [3, 6]];
  let asked = 0;
  const term: Term = { fencing, signal: over.signal, leads: () => !unsure.includes((asked += 1)), end: () => undefined };
  const [bell, recent] = [new Bell(), new RecentLeaves()];
  const mends = new Mends(() => bell.ring());
  const publisher = new Publisher({ pool, ledger: id, brokers: brokers.split(','), prefix, createTopics: true, replicas: 1, origin: world.fresh.keyring.origin, floor: 0, log: pino({ level: 'silent' }), bell, recent, mends });
  const wrong = world.seen.state.find(({ value }) => value?.allowed === true)?.key.split(':') ?? [];
  const mended = mends.ask([{ person: wrong[0] ?? '', purpose: wrong[1] ?? '' }], over.signal);
  const running = publisher.run(term);
  await until(() => indices(world.seen.events.slice(read)).includes(size), { timeoutMs: 30_000, what: 'the new event' });
  await mended;
  await until(() => world.seen.state.slice(states).some(({ key }) => key === wrong.join(':')), { timeoutMs: 20_000, what: 'the record that was asked for' });
  over.abort();
  await running;
  expect(indices(world.seen.events.slice(read).filter(({ key }) => key === person))).toEqual([size - 1, size]);
  expect(asked).toBeGreaterThan(Math.max(...unsure));
}, 90_000);

test('what a connection that is over still learns of where topics ended counts no more', async () => {
  const { fresh: { pool, id }, topics: { prefix, names } } = world;
  await lastSent();
  const size = await logSize();
  const kept = new KeptTopics({ pool, ledger: id, prefix, createTopics: true, replicas: 1, log: pino({ level: 'silent' }) });
  let answered = false;
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  await asAdmin(async (before) => {
    const slow = Object.assign(Object.create(before) as Admin, {
      async fetchTopicOffsets(topic: string) {
        const ends = await before.fetchTopicOffsets(topic);
        answered ||= topic === names.events;
        await held;
        return ends;
      },
    });
    await kept.ensure(slow, size);
    const late = kept.look(slow, size);
    await until(() => answered, { timeoutMs: 20_000, what: 'the ends as they were' });
    await deleteTopic(names.events);
    await asAdmin(async (admin) => {
      await until(() => kept.ensure(admin, size).then(() => true), { timeoutMs: 20_000, what: 'the topic to be made' });
      goOn();
      await late;
      await until(() => admin.fetchTopicOffsets(names.events), { timeoutMs: 20_000, what: 'leaders of the new topic' });
      expect(await kept.look(admin, size)).toBe(false);
    });
  });
  expect((await pool.query(`SELECT FROM leases WHERE ledger = $1 AND role = 'refill-events' AND next = 0`, [id])).rowCount).toBe(1);
}, 90_000);

test('what was sent and lost is settled before its topic is filled again, which would hide it', async () => {
  const { pool, id } = world.fresh;
  await noteLost(pool, id, 0);
  const { code, stderr } = await cli.run(['topics', 'refill', 'events', '--no-wait']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('settle them by `samtycke recover` first')]);
  expect((await cli.run(['topics', 'refill', 'events', '--no-wait', '--anyway'])).code).toBe(0);
  await forgetLost(pool, id, 0);
});

test('an unknown topic, or one that belongs to the systems, is refused in one sentence', async () => {
  const { code, stderr } = await cli.run(['topics', 'refill', 'acks']);
  expect(code).toBe(2);
  expect(stderr).toContain('Allowed choices are events, state, checkpoints');
});
