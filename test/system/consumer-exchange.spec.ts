import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { openPool, pgStore, type ConsumerLogger, type Session, type Store, type Transaction } from '#consumer';
import { until } from '#testing';
import { createWorld, partitionOf, type World } from './consumer-world.js';

const endings: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Gate {
  /** Resolves at once, but while it is closed. */
  pass(): Promise<void>;
  close(): void;
  open(): void;
  /** How many wait before it. */
  waiting(): number;
}

function createGate(): Gate {
  let waiting = 0;
  let opened: Promise<void> | undefined;
  let open: () => void = () => undefined;
  return {
    pass: async () => {
      if (!opened) return;
      waiting += 1;
      await opened;
      waiting -= 1;
    },
    close: () => void (opened = new Promise((resolve) => (open = resolve))),
    open: () => {
      opened = undefined;
      open();
    },
    waiting: () => waiting,
  };
}

/** A world whose database can be exchanged for a copy of an earlier time, as if another server took its place. */
async function createExchange() {
  const world = await createWorld();
  world.pool.on('error', () => undefined);
  endings.push(() => world.close());
  const before = pgStore(world.pool);
  let after = before;
  let isExchanged = false;
  const reading = createGate();
  const of = (): Store<Transaction> => (isExchanged ? after : before);
  const serverOf = (exchanged: boolean): string => (exchanged ? 'after' : 'before');

  const told = (session: Session, exchanged: boolean): Session => ({
    ...session,
    server: async () => serverOf(exchanged),
    known: async (messages) => {
      await reading.pass();
      if (exchanged !== isExchanged) throw new Error('Connection terminated unexpectedly');
      return { ...(await session.known(messages)), server: serverOf(exchanged) };
    },
  });
  const store: Store<Transaction> = {
    prepare: () => of().prepare(),
    transact: (work) => {
      const exchanged = isExchanged;
      return of().transact((session, transaction) => work(told(session, exchanged), transaction));
    },
    probe: () => of().probe(),
    load: (shelf) => of().load(shelf),
    ask: (person, purpose) => of().ask(person, purpose),
    holds: (asked) => of().holds(asked),
    positions: (topic) => of().positions(topic),
    seen: (topic) => of().seen(topic),
    learnt: () => of().learnt(),
    narrow: (purposes) => of().narrow(purposes),
    forgetInformed: () => of().forgetInformed(),
    hear: (listener) => of().hear(listener),
  };
  /** What the copy has, it has for good. */
  const copy = async (): Promise<pg.Pool> => {
    const url = new URL(world.database.url);
    const name = `${world.database.name}_after`;
    url.pathname = '/postgres';
    const admin = new pg.Client({ connectionString: url.href });
    await admin.connect();
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [world.database.name]);
    await until(() => admin.query(`CREATE DATABASE ${name} TEMPLATE ${world.database.name}`).then(() => true, () => false));
    url.pathname = `/${name}`;
    const pool = openPool({ url: url.href, name: 'after' });
    pool.on('error', () => undefined);
    after = pgStore(pool);
    endings.push(async () => {
      await pool.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    });
    return pool;
  };
  return { world, store, reading, copy, exchange: () => void (isExchanged = true) };
}

async function grantTo(world: World, store: Store<Transaction>, people: readonly string[]): Promise<void> {
  const first = await world.consume({ store });
  const grants = people.map((person) => world.writer.grant(person));
  await world.writer.send(...grants);
  await world.acknowledged(...grants);
  await first.stop();
}

/** How often it was said that another server answers. */
function countOthers(): { logger: ConsumerLogger; others: () => number } {
  const said: string[] = [];
  const ignore = (): void => undefined;
  return { logger: { debug: ignore, info: ignore, error: ignore, warn: (_, message) => void said.push(message) }, others: () => said.filter((one) => one.startsWith('another server')).length };
}

test('what waited for its turn when another database took over is not noted there as done, also where the system is stopped at once', async () => {
  const { world, store, reading, copy, exchange } = await createExchange();
  const byPartition = new Map<number, string>();
  while (byPartition.size < 24) {
    const person = randomUUID();
    byPartition.set(partitionOf(person), person);
  }
  const people = [...byPartition.values()];
  await grantTo(world, store, people);
  await copy();
  const { logger, others } = countOthers();
  const consumer = await world.consume({ store, commitIntervalMs: 60_000, batch: 1, logger });
  const withdrawals = people.map((person) => world.writer.withdraw(person));
  await world.writer.send(...withdrawals);
  await world.acknowledged(...withdrawals);
  reading.close();
  await world.writer.send(...people.map((person) => world.writer.grant(person, 'statistics')));
  await until(() => reading.waiting() > 0, { what: 'work under way' });
  exchange();
  reading.open();
  await until(() => others() > 0, { timeoutMs: 20_000, what: 'another server' });
  await consumer.stop();
  const next = await world.consume({ store });
  const lost = [];
  for (const person of people) if (await next.mayNow(person, 'newsletter')) lost.push(person);
  expect(lost).toEqual([]);
}, 120_000);

test('an instance that had learnt of a withdrawal from another one goes on saying no, while that one applies it again', async () => {
  const { world, store, copy, exchange } = await createExchange();
  const person = randomUUID();
  await grantTo(world, store, [person]);
  await copy();
  const again: string[] = [];
  const { logger, others } = countOthers();
  const consume = () => world.consume({ store, commitIntervalMs: 100, logger, handlers: { onWithdrawn: ({ id }) => void again.push(id) } });
  const one = await consume();
  const withdrawal = world.writer.withdraw(person);
  await world.writer.send(withdrawal);
  await world.acknowledged(withdrawal);
  const two = await consume();
  await until(() => one.health().ready && two.health().ready, { timeoutMs: 20_000, what: 'both to be ready' });
  expect([one.may(person, 'newsletter'), two.may(person, 'newsletter')]).toEqual([false, false]);
  exchange();
  await until(() => again.length === 2 && others() === 2, { timeoutMs: 30_000, what: 'the withdrawal again' });
  await until(() => one.health().ready && two.health().ready, { timeoutMs: 20_000, what: 'both to be ready' });
  expect([one.may(person, 'newsletter'), two.may(person, 'newsletter')]).toEqual([false, false]);
}, 120_000);

test('while what the other database lacks is applied again, piece by piece, nobody is told what held in between', async () => {
  const { world, store, copy, exchange } = await createExchange();
  const person = randomUUID();
  await grantTo(world, store, [person]);
  await copy();
  const { logger, others } = countOthers();
  const told: boolean[] = [];
  const consumer = await world.consume({ store, commitIntervalMs: 100, batch: 1, logger, onCommitted: () => void told.push(consumer.may(person, 'newsletter')) });
  const events = [world.writer.withdraw(person), world.writer.grant(person), world.writer.withdraw(person)];
  await world.writer.send(...events);
  await world.acknowledged(...events);
  expect(told).toEqual([false, true, false]);
  exchange();
  await until(() => others() > 0 && told.length === 6, { timeoutMs: 20_000, what: 'all three again' });
  expect(told.slice(3)).toEqual([false, false, false]);
}, 60_000);

test('what was under way when another database took over comes behind what that one lacks, whose handlers run again', async () => {
  const { world, store, reading, copy, exchange } = await createExchange();
  const person = randomUUID();
  await grantTo(world, store, [person]);
  await copy();
  const heard: string[] = [];
  const { logger, others } = countOthers();
  const handlers = { onWithdrawn: ({ id }: { id: string }) => void heard.push(id), onGranted: ({ id }: { id: string }) => void heard.push(id) };
  await world.consume({ store, commitIntervalMs: 20, logger, handlers });
  const [withdrawal, regrant] = [world.writer.withdraw(person), world.writer.grant(person)];
  await world.writer.send(withdrawal);
  await world.acknowledged(withdrawal);
  reading.close();
  await world.writer.send(regrant);
  await until(() => reading.waiting() > 0, { what: 'work under way' });
  exchange();
  await until(() => others() > 0, { timeoutMs: 20_000, what: 'another server' });
  reading.open();
  await world.acknowledged(regrant);
  expect(heard).toEqual([withdrawal.event, withdrawal.event, regrant.event]);
}, 60_000);

test('what is missing from the events is made up for by the state only once the other database has read again what it lacks', async () => {
  const { world, store, reading, copy, exchange } = await createExchange();
  const person = randomUUID();
  await grantTo(world, store, [person]);
  await copy();
  const heard: string[] = [];
  const { logger, others } = countOthers();
  const handlers = { onWithdrawn: ({ id }: { id: string }) => void heard.push(id), onState: (states: readonly { version: number }[]) => void heard.push(...states.map(({ version }) => `version ${version}`)) };
  const consumer = await world.consume({ store, commitIntervalMs: 20, logCheckMs: 100, logger, handlers });
  const withdrawal = world.writer.withdraw(person);
  await world.writer.send(withdrawal);
  await world.acknowledged(withdrawal);
  await world.writer.sendState(world.writer.grant(person));
  await world.writer.send(world.writer.grant(randomUUID()));
  await until(() => consumer.health().log?.missing.length === 1, { timeoutMs: 20_000, what: 'the missing grant' });
  reading.close();
  await until(() => reading.waiting() > 0, { timeoutMs: 20_000, what: 'the grant by the state' });
  exchange();
  reading.open();
  await until(() => others() > 0 && heard.includes('version 3'), { timeoutMs: 30_000, what: 'the grant by the state, on the other database' });
  expect(heard).toEqual([withdrawal.event, withdrawal.event, 'version 3']);
}, 120_000);

test('a system that has nothing to do asks which server answers, and writes nothing for that', async () => {
  const world = await createWorld();
  endings.push(() => world.close());
  const store = pgStore(world.pool);
  let asked = 0;
  const counted: Store<Transaction> = {
    ...store,
    transact: (work) => store.transact((session, transaction) => work({ ...session, server: () => session.server().finally(() => (asked += 1)) }, transaction)),
  };
  await world.consume({ store: counted, commitIntervalMs: 20 });
  // A lock would leave its mark there as well as a write.
  const marks = async (): Promise<unknown> => (await world.pool.query(`SELECT ctid, xmin, xmax FROM samtycke_consumer.meta WHERE key = 'writable'`)).rows;
  const [before, from] = [await marks(), asked];
  await until(() => asked > from + 10);
  expect(await marks()).toEqual(before);
}, 60_000);

test('a system that reads times as text follows like any other', async () => {
  const world = await createWorld();
  endings.push(() => world.close());
  const { TIMESTAMPTZ } = pg.types.builtins;
  const types = { getTypeParser: (oid: number, format: 'text' | 'binary') => (oid === TIMESTAMPTZ ? (text: string) => text : pg.types.getTypeParser(oid, format as 'text')) };
  const pool = new pg.Pool({ connectionString: world.database.url, types: types as unknown as pg.CustomTypesConfig });
  endings.push(() => pool.end());
  const consumer = await world.consume({ store: pgStore(pool) });
  const grant = world.writer.grant(randomUUID());
  await world.writer.send(grant);
  await world.acknowledged(grant);
  expect(consumer.may(grant.person, 'newsletter')).toBe(true);
}, 60_000);
