import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DataSource, EntitySchema, type EntityManager } from 'typeorm';
import { WHOLE_PERSON } from '#contracts';
import { memoryStore, pgStore, typeOrmStore, type Consumer, type Handlers, type Store, type Transaction } from '#consumer';
import { until } from '#testing';
import { createWorld, type World } from './consumer-world.js';

const Note = new EntitySchema<{ event: string }>({ name: 'note', tableName: 'noted', columns: { event: { type: 'uuid', primary: true } } });

/** A store as a system uses it: how a handler writes down an event with it, and what of that stays. */
interface Kind {
  /** The state outlives the process, and a handler's writes share the transaction. */
  keeps: boolean;
  open: (world: World) => Promise<{ store: Store<unknown>; note: (event: string, transaction: unknown) => Promise<unknown> | void; close: () => Promise<unknown> }>;
}

const KINDS: Record<string, Kind> = {
  pg: {
    keeps: true,
    open: async ({ pool }) => ({
      store: pgStore(pool) as Store<unknown>,
      note: (event, transaction) => (transaction as Transaction).query('INSERT INTO noted VALUES ($1)', [event]),
      close: async () => undefined,
    }),
  },
  TypeORM: {
    keeps: true,
    open: async ({ database }) => {
      const source = await new DataSource({ type: 'postgres', url: database.url, entities: [Note] }).initialize();
      return {
        store: typeOrmStore(source) as Store<unknown>,
        note: (event, manager) => (manager as EntityManager).getRepository(Note).insert({ event }),
        close: () => source.destroy(),
      };
    },
  },
  memory: {
    keeps: false,
    open: async () => ({ store: memoryStore() as Store<unknown>, note: (_, transaction) => expect(transaction).toBeUndefined(), close: async () => undefined }),
  },
};

let world: World;
let opened: Awaited<ReturnType<Kind['open']>>;

describe.each(Object.entries(KINDS))('a system that keeps its state by %s', (_, { open, keeps }) => {
  beforeAll(async () => {
    world = await createWorld();
    await world.pool.query('CREATE TABLE noted (event uuid PRIMARY KEY)');
  });
  beforeEach(async () => {
    opened = await open(world);
  });
  afterEach(async () => {
    await world.rest();
    await opened.close();
  });
  afterAll(() => world.close());

  const consume = (handlers?: Handlers<unknown>, defaults = {}): Promise<Consumer> => world.consume<unknown>({ store: opened.store, handlers, defaults });
  const noted = async (): Promise<string[]> => (await world.pool.query<{ event: string }>('SELECT event FROM noted')).rows.map(({ event }) => event);

  test('says what it holds of many in the order of the question, whatever is not held', async () => {
    await consume();
    const [granted, left, unknown] = [randomUUID(), randomUUID(), randomUUID()];
    const events = [world.writer.grant(granted), world.writer.withdraw(left), world.writer.next(left, { type: 'processing-restricted', purpose: WHOLE_PERSON, after: { restricted: true, erased: false, suppressed: false } })];
    await world.writer.send(...events);
    await world.acknowledged(...events);
    const asked = [left, unknown, granted].map((person) => ({ person, purpose: 'newsletter' }));
    const held = await opened.store.holds(asked);
    expect(held.map(({ state, person }) => [state?.version, state?.allowed, person?.restricted])).toEqual([[1, false, true], [undefined, undefined, undefined], [1, true, undefined]]);
    for (const [at, { person, purpose }] of asked.entries()) expect(await opened.store.ask(person, purpose)).toMatchObject(held[at] ?? {});
  });

  test('applies an event once, whatever repeats come, and answers from memory and from the store alike', async () => {
    const handled: string[] = [];
    const consumer = await consume({ onGranted: ({ id }) => void handled.push(id), onWithdrawn: ({ id }) => void handled.push(id) });
    const person = randomUUID();
    const grant = world.writer.grant(person, 'newsletter', { channels: ['email'] });
    await world.writer.send(grant);
    expect((await world.acknowledged(grant))[0]).toMatchObject({ outcome: 'applied', version: 1 });
    for (const [channel, answer] of [['email', true], ['sms', false]] as const) {
      expect(consumer.may(person, 'newsletter', channel)).toBe(answer);
      expect(await consumer.mayNow(person, 'newsletter', channel)).toBe(answer);
      expect(consumer.may(person.toUpperCase(), 'newsletter', channel)).toBe(answer);
      expect(await consumer.mayNow(person.toUpperCase(), 'newsletter', channel)).toBe(answer);
    }
    const withdrawal = world.writer.withdraw(person);
    await world.writer.send(withdrawal);
    await world.writer.sendEvents(grant, withdrawal);
    const acks = await until(async () => {
      const found = (await world.acks()).filter((ack) => ack.person === person);
      return found.length === 4 && found;
    });
    expect(acks.map(({ outcome }) => outcome).sort()).toEqual(['applied', 'applied', 'repeat', 'repeat']);
    expect(acks.every(({ appliedAt }) => Math.abs(Date.parse(appliedAt) - Date.now()) < 60_000)).toBe(true);
    expect(handled).toEqual([grant.event, withdrawal.event]);
    expect(consumer.may(person, 'newsletter')).toBe(false);
    expect(await consumer.mayNow(person, 'newsletter')).toBe(false);
  });

  test('takes a version again for new where the ledger lost what it had sent and says something else: the later word holds, also after a restart', async () => {
    const handled: string[] = [];
    const handlers = { onGranted: ({ id }: { id: string }) => void handled.push(id), onWithdrawn: ({ id }: { id: string }) => void handled.push(id) };
    const consumer = await consume(handlers);
    const person = randomUUID();
    const sent = [world.writer.grant(person), world.writer.withdraw(person), world.writer.grant(person)];
    await world.writer.send(...sent);
    await world.acknowledged(...sent);
    expect(consumer.may(person, 'newsletter')).toBe(true);
    const anew = { ...world.writer.withdraw(person), version: 2, seq: 2 };
    await world.writer.send(anew);
    expect((await world.acknowledged(anew))[0]).toMatchObject({ outcome: 'applied', version: 2 });
    await world.writer.sendEvents(anew, ...sent);
    await until(async () => (await world.acks()).filter((ack) => ack.person === person && ack.outcome === 'repeat').length === 4, { what: 'the repeats' });
    expect([consumer.may(person, 'newsletter'), await consumer.mayNow(person, 'newsletter')]).toEqual([false, false]);
    expect(handled).toEqual([...sent, anew].map(({ event }) => event));
    await world.rest();
    const later = await consume(handlers);
    expect([later.may(person, 'newsletter'), await later.mayNow(person, 'newsletter')]).toEqual([false, false]);
  });

  test('says no to what it could not apply of a history that gave versions anew, though what stands has a higher one', async () => {
    let works = false;
    const fail = (): void => {
      if (!works) throw new Error('not now');
    };
    const consumer = await consume({ onWithdrawn: fail });
    const person = randomUUID();
    const sent = [world.writer.grant(person), world.writer.grant(person), world.writer.grant(person)];
    await world.writer.send(...sent);
    await world.acknowledged(...sent);
    const anew = { ...world.writer.withdraw(person), version: 2, seq: 2 };
    await world.writer.sendEvents(anew);
    expect((await world.acknowledged(anew))[0]).toMatchObject({ outcome: 'parked' });
    expect([consumer.may(person, 'newsletter'), await consumer.mayNow(person, 'newsletter')]).toEqual([false, false]);
    works = true;
    await world.writer.sendEvents(anew);
    await until(async () => (await world.acks()).some(({ event, outcome }) => event === anew.event && outcome === 'applied'), { what: 'the withdrawal to be applied' });
    const yes = { ...world.writer.grant(person), version: 3, seq: 3 };
    await world.writer.send(yes);
    expect((await world.acknowledged(yes))[0]).toMatchObject({ outcome: 'applied' });
    expect([consumer.may(person, 'newsletter'), await consumer.mayNow(person, 'newsletter')]).toEqual([true, true]);
  });

  test('parks what a handler refuses, with nothing of it left but a no, and applies all the rest', async () => {
    const [good, bad, other] = [world.writer.grant(randomUUID()), world.writer.grant(randomUUID()), world.writer.grant(randomUUID())];
    const consumer = await consume({
      onEvent: async ({ id }, transaction) => {
        await opened.note(id, transaction);
        if (id === bad.event) throw new TypeError('no');
      },
    });
    await world.writer.send(good, bad, other);
    const acks = await world.acknowledged(good, bad, other);
    expect(acks.filter(({ outcome }) => outcome === 'parked').map(({ event }) => event)).toEqual([bad.event]);
    const own = new Set([good, bad, other].map(({ event }) => event));
    if (keeps) expect((await noted()).filter((event) => own.has(event)).sort()).toEqual([good.event, other.event].sort());
    expect([good, bad, other].map(({ person }) => consumer.may(person, 'newsletter'))).toEqual([true, false, true]);
    expect(await consumer.mayNow(bad.person, 'newsletter')).toBe(false);
    const again = world.writer.withdraw(bad.person);
    const after = world.writer.grant(bad.person);
    await world.writer.send(again, after);
    await world.acknowledged(again, after);
    expect(consumer.may(bad.person, 'newsletter')).toBe(true);
    expect(await consumer.mayNow(bad.person, 'newsletter')).toBe(true);
  });

  test('remembers who was erased, and lets nothing in for that id again', async () => {
    const consumer = await consume(undefined, { 'marketing-reach': true });
    const person = randomUUID();
    const grant = world.writer.grant(person);
    const erasure = world.writer.erase(person);
    const late = world.writer.grant(person);
    await world.writer.send(grant, ...erasure, late);
    const acks = await world.acknowledged(grant, ...erasure, late);
    expect(acks.find(({ event }) => event === late.event)?.outcome).toBe('repeat');
    for (const purpose of ['newsletter', 'marketing-reach']) {
      expect(consumer.may(person, purpose)).toBe(false);
      expect(await consumer.mayNow(person, purpose)).toBe(false);
    }
  });

  test('knows after a restart what it knew before, and hears what came while it was away', async () => {
    const [before, between, restricted] = [world.writer.grant(randomUUID()), world.writer.grant(randomUUID()), randomUUID()];
    const limit = world.writer.next(restricted, { type: 'processing-restricted', purpose: WHOLE_PERSON, after: { restricted: true, erased: false, suppressed: false } });
    const first = await consume();
    await world.writer.send(before, limit);
    await world.acknowledged(before, limit);
    await first.stop();
    await world.writer.send(between);
    const handled: string[] = [];
    const learnt: string[] = [];
    // A process of its own would begin with an empty memory.
    const store = keeps ? opened.store : (memoryStore() as Store<unknown>);
    const second = await world.consume<unknown>({ store, defaults: { 'marketing-reach': true }, handlers: { onEvent: ({ id }) => void handled.push(id), onState: (states) => void learnt.push(...states.map(({ person }) => person)) } });
    await until(() => second.may(between.person, 'newsletter'));
    expect(second.may(before.person, 'newsletter')).toBe(true);
    expect(second.may(restricted, 'marketing-reach')).toBe(false);
    expect(handled).toEqual(keeps ? [between.event] : []);
    const own = [before.person, between.person, restricted];
    expect(learnt.filter((person) => own.includes(person)).sort()).toEqual(keeps ? [] : own.sort());
  });

  test('says no right after validUntil, event or not', async () => {
    const consumer = await consume();
    const end = new Date(Date.now() + 1_000);
    const grant = world.writer.grant(randomUUID(), 'newsletter', { validUntil: `${end.toISOString().slice(0, -1)}000Z` });
    await world.writer.send(grant);
    await until(() => consumer.may(grant.person, 'newsletter'), { everyMs: 2 });
    await until(() => Date.now() >= end.getTime(), { everyMs: 1 });
    expect(consumer.may(grant.person, 'newsletter')).toBe(false);
    expect(await consumer.mayNow(grant.person, 'newsletter')).toBe(false);
  });
});

describe('a handler on TypeORM', () => {
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world.close());

  test('that swallowed an error of the database, or that never ends, is parked; its connection is used by nobody again', async () => {
    await world.pool.query('CREATE TABLE noted (event uuid PRIMARY KEY)');
    const source = await new DataSource({ type: 'postgres', url: world.database.url, entities: [Note], extra: { max: 2 } }).initialize();
    const [swallows, hangs, fine] = Array.from({ length: 3 }, () => world.writer.grant(randomUUID()));
    if (!swallows || !hangs || !fine) throw new Error('three events are needed');
    const late: Promise<unknown>[] = [];
    await world.consume({
      store: typeOrmStore(source),
      handlerTimeoutMs: 300,
      handlers: {
        onGranted: async ({ id }, manager) => {
          await manager.getRepository(Note).insert({ event: id });
          if (id === swallows.event) await manager.query('SELECT 1/0').catch(() => undefined);
          if (id !== hangs.event) return;
          late.push(manager.query('SELECT pg_sleep(0.8)').catch(() => undefined).then(() => manager.query('SELECT 1')).catch((error: Error) => error.name));
          await late.at(-1);
          await new Promise(() => undefined);
        },
      },
    });
    await world.writer.sendEvents(swallows, hangs, fine);
    const acks = await world.acknowledged(swallows, hangs, fine);
    expect(Object.fromEntries(acks.map(({ event, outcome }) => [event, outcome]))).toEqual({ [swallows.event]: 'parked', [hangs.event]: 'parked', [fine.event]: 'applied' });
    expect((await world.pool.query('SELECT event FROM noted')).rows).toEqual([{ event: fine.event }]);
    expect(new Set(await Promise.all(late))).toEqual(new Set(['QueryRunnerProviderAlreadyReleasedError']));
    await world.rest();
    await source.destroy();
  });
});
