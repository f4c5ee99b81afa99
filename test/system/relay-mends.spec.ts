import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { newHolderId } from '#ledger';
import { Lease, lostFrom, type StreamKey, type Term } from '#outbox';
import { until } from '#testing';
import { Mends } from '../../apps/relay/src/mends.js';
import { StateWatch, type WatchStateOptions } from '../../apps/relay/src/watch-state.js';
import { lastOf, relayWorld, type RelayWorld, type Seen } from './relay-world.js';

let world: RelayWorld;
beforeAll(async () => {
  world = await relayWorld();
}, 60_000);
const ending: (() => Promise<void>)[] = [];
afterAll(async () => {
  await Promise.all(ending.map((end) => end()));
  await world.close();
});

const own = (person: string): string => `${person}:newsletter`;
const last = (key: string): Seen | undefined => lastOf(world.seen.state, key);
/** The record as a leader that slept would send it again. */
const again = ({ key, value, headers, partition }: Seen) => ({ key, value: value === null ? null : JSON.stringify(value), headers: { ...headers, 'samtycke-term': '0' }, partition });
/** Takes what is asked for again as sent. */
function collecting(note: (key: StreamKey) => void): Mends {
  const mends: Mends = new Mends(() => void mends.settle(async (keys) => keys.forEach(note) === undefined));
  return mends;
}
const arrived = (key: string, allowed: boolean): Promise<unknown> => until(() => last(key)?.value?.allowed === allowed, { timeoutMs: 20_000, what: `${key} ${allowed}` });
const removed = (person: string, what: string): Promise<unknown> => until(() => last(own(person))?.value === null, { timeoutMs: 20_000, what });

/** Somebody new who consented, and the record that says so. */
async function granted(): Promise<{ person: string; grant: Seen }> {
  const person = await world.grant();
  await arrived(own(person), true);
  return { person, grant: last(own(person)) as Seen };
}

async function withdrawn(person: string): Promise<void> {
  await world.withdraw(person);
  await arrived(own(person), false);
}

/** What a leader that slept said is the newest word, then what is right. */
async function isMended(person: string): Promise<void> {
  await arrived(own(person), true);
  await arrived(own(person), false);
}

type Watching = Pick<WatchStateOptions, 'mends' | 'busy' | 'givesWayMs'>;

/** A look at the state topic in a term of its own, until it is ended. */
function watching(options: Watching, { fencing = '9000', leads = (): boolean => true } = {}): () => Promise<void> {
  const { fresh: { pool, id: ledger }, topics: { brokers, prefix } } = world;
  const watch = new StateWatch({ pool, ledger, brokers: brokers.split(','), prefix, log: pino({ level: 'silent' }), sent: () => 1_000_000, ...options });
  const over = new AbortController();
  const running = watch.run({ signal: over.signal, fencing, leads } as Term);
  return async () => {
    over.abort();
    await running;
  };
}

test('a state record older than the ledger\'s, by a leader that slept, is followed by the right one', async () => {
  const relay = world.startRelay();
  const { person, grant } = await granted();
  await withdrawn(person);
  await world.putState(again(grant));
  await isMended(person);
  expect(last(own(person))?.value).toMatchObject({ version: 2, allowed: false });
  await relay.stop();
}, 60_000);

test('a record that stands for an erased person becomes a tombstone again; so it does when nobody led at that moment', async () => {
  const relay = world.startRelay();
  const { person, grant } = await granted();
  await world.erase(person);
  await removed(person, 'the tombstone');
  await world.putState(again(grant));
  await arrived(own(person), true);
  await removed(person, 'the tombstone again');
  await relay.stop();
  await world.putState(again(grant));
  await arrived(own(person), true);
  const next = world.startRelay();
  await removed(person, 'the tombstone by the next leader');
  await next.stop();
}, 90_000);

test('a tombstone for somebody who was not erased is followed by his record', async () => {
  const relay = world.startRelay();
  const { person, grant } = await granted();
  await world.putState({ ...again(grant), value: null });
  await removed(person, 'the tombstone');
  await arrived(own(person), true);
  await relay.stop();
}, 60_000);

test('a record of an event that the ledger does not hold, as a server leaves that was lost, is followed by what holds; of what is unknown nothing stays', async () => {
  const relay = world.startRelay();
  const { person, grant } = await granted();
  await withdrawn(person);
  const lost = { ...grant.headers, ce_id: newHolderId(), ce_logindex: '000000900000', ce_sequence: '0000000003' };
  await world.putState({ ...again(grant), headers: { ...lost, 'samtycke-term': '0' } });
  await isMended(person);
  expect(last(own(person))?.value).toMatchObject({ version: 2, allowed: false });
  // A "no" that is lost stays until the ledger has a newer word: what comes behind it is looked at, and it is left.
  const leaver = (await granted()).person;
  await world.putState({ ...again(grant), key: own(leaver), headers: { ...lost, 'samtycke-term': '0' }, value: JSON.stringify({ ...grant.value, person: leaver, version: 3, allowed: false }) });
  await arrived(own(leaver), false);
  const stranger = newHolderId();
  await world.putState({ ...again(grant), key: own(stranger), headers: { ...lost, 'samtycke-term': '0' }, value: JSON.stringify({ ...grant.value, person: stranger }) });
  await arrived(own(stranger), true);
  await removed(stranger, 'the tombstone of what is unknown');
  expect(last(own(leaver))?.value).toMatchObject({ version: 3, allowed: false });
  expect(await lostFrom(world.fresh.pool, world.fresh.id)).toBe(900_000);
  await relay.stop();
}, 60_000);

test('a record under a key that names nobody keeps none of the others from being looked at', async () => {
  const relay = world.startRelay();
  const { person, grant } = await granted();
  await withdrawn(person);
  await world.putState({ ...again(grant), key: own('-'.repeat(person.length)) });
  await world.putState(again(grant));
  await isMended(person);
  await relay.stop();
}, 60_000);

test('what was right is sent once: a new leader says nothing again', async () => {
  const first = world.startRelay();
  const people = await Promise.all(Array.from({ length: 20 }, () => world.grant()));
  for (const person of people) await arrived(own(person), true);
  await first.stop();
  const before = world.seen.state.length;
  const second = world.startRelay();
  const marker = await world.grant();
  await arrived(own(marker), true);
  await world.putState({ ...again(last(own(marker)) as Seen), value: null });
  await removed(marker, 'a wrong record');
  await arrived(own(marker), true);
  expect(world.seen.state.length - before).toBe(3);
  await second.stop();
}, 60_000);

test('while a backlog is sent nothing is read again; once it has gone out, what came meanwhile is looked at', async () => {
  const relay = world.startRelay();
  const { person, grant } = await granted();
  await withdrawn(person);
  await relay.stop();
  await world.putState(again(grant));
  let [busy, asked] = [true, 0];
  const isBusy = (): boolean => {
    asked += 1;
    return busy;
  };
  const wrong: string[] = [];
  const end = watching({ mends: collecting(({ person: one }) => wrong.push(one)), busy: isBusy });
  await until(() => asked > 6, { timeoutMs: 20_000, what: 'the watch to look six times whether it may read' });
  expect(wrong).toEqual([]);
  busy = false;
  await until(() => wrong.includes(person), { timeoutMs: 20_000, what: 'the wrong record' });
  await end();
}, 60_000);

test('a backlog that comes and goes holds back the look at what was sent for a part of the time alone, not for each batch anew', async () => {
  const relay = world.startRelay();
  const people = await Promise.all(Array.from({ length: 8 }, () => world.grant()));
  for (const person of people) await arrived(own(person), true);
  const grants = people.map((person) => last(own(person)) as Seen);
  for (const person of people) await world.withdraw(person);
  for (const person of people) await arrived(own(person), false);
  await relay.stop();
  for (const grant of grants) await world.putState(again(grant));
  let asked = 0;
  const wrong = new Set<string>();
  // Over for a moment, every five seconds.
  const busy = (): boolean => (asked += 1) % 10 !== 0;
  const end = watching({ mends: collecting(({ person: one }) => wrong.add(one)), busy, givesWayMs: 5_000 });
  await until(() => asked > 0, { timeoutMs: 20_000, what: 'the first look' });
  await until(() => people.every((person) => wrong.has(person)), { timeoutMs: 15_000, what: 'all wrong records' });
  await end();
}, 90_000);

test('a leader that sleeps over the end of its term passes over nothing that it sends too late: the next one looks at it', async () => {
  const relay = world.startRelay();
  const people = await Promise.all(Array.from({ length: 4 }, () => world.grant()));
  for (const person of people) await arrived(own(person), true);
  const [late, first, marker, later] = people.map((person) => last(own(person)) as Seen) as [Seen, Seen, Seen, Seen];
  for (const person of people) await world.withdraw(person);
  for (const person of people) await arrived(own(person), false);
  await relay.stop();
  const { fresh: { pool, id: ledger } } = world;
  const begin = (fencing: string) => {
    const wrong = new Set<string>();
    const mends = collecting(({ person, purpose }) => wrong.add(`${person}:${purpose}`));
    ending.push(watching({ mends, busy: () => false }, { fencing, leads: () => false }));
    return wrong;
  };
  const take = async (): Promise<string> => {
    await pool.query(`UPDATE leases SET expires_at = clock_timestamp() - interval '1 second' WHERE role = 'relay'`);
    return (await new Lease(pool, ledger, 'relay', newHolderId()).take())?.fencing ?? '';
  };
  const before = await take();
  const after = await take();
  const slept = begin(before);
  // Reads along first: else a marker, on a partition that is not its own, may be read before the newer record on its own, which replaces it.
  await world.putState(again(first));
  await until(() => slept.has(first.key), { timeoutMs: 40_000, what: 'the one that slept to read along' });
  // What it sends too late, then what shows that it has read that, and noted how far: by another, on the same partition.
  const tooLate = again(late);
  await world.putState({ ...tooLate, headers: { ...tooLate.headers, 'samtycke-term': before } });
  for (const one of [marker, later]) {
    await world.putState({ ...again(one), partition: late.partition });
    await until(() => slept.has(one.key), { timeoutMs: 40_000, what: 'the one that slept to read on' });
  }
  expect(slept.has(late.key)).toBe(false);
  const next = begin(after);
  await until(() => next.has(late.key), { timeoutMs: 20_000, what: 'the next one to look at what was sent too late' });
}, 120_000);
