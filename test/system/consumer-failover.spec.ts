import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openPool, pgStore, typeOrmStore, type Consumer } from '#consumer';
import { startPostgres, type RunningServer } from '#servers';
import { until, type FreshDatabase } from '#testing';
import { DataSource } from 'typeorm';
import { createWorld, partitionOf, type World } from './consumer-world.js';

const run = promisify(execFile);
const endings: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Failover {
  world: World;
  /** Keeps a copy of the database as it is now: what a standby has that will not hear more. */
  keep(): Promise<void>;
  /** The server is killed, and the copy answers in its place. */
  failOver(): Promise<void>;
  /** The server is killed, and started on what it had. */
  restart(): Promise<void>;
}

/** A world whose PostgreSQL is its own. */
async function createFailover(): Promise<Failover> {
  const dataDir = await mkdtemp(join(tmpdir(), 'samtycke-failover-'));
  const [cluster, copy] = [join(dataDir, 'cluster'), join(dataDir, 'copy')];
  let server: RunningServer = await startPostgres({ dataDir });
  const port = server.port;
  endings.push(() => rm(dataDir, { recursive: true, force: true }), () => server.stop());
  const kill = async (): Promise<void> => {
    process.kill(server.process.pid, 'SIGQUIT');
    await server.gone();
  };
  const start = async (): Promise<void> => void (server = await startPostgres({ dataDir, port }));
  const database = async (): Promise<FreshDatabase> => ({ url: server.address, name: 'postgres', drop: async () => undefined });
  const world = await createWorld(database);
  world.pool.on('error', () => undefined);
  endings.push(() => world.close());
  return {
    world,
    keep: async () => {
      await server.stop();
      await run('cp', ['-a', cluster, copy]);
      await start();
    },
    failOver: async () => {
      await kill();
      await rm(cluster, { recursive: true });
      await run('mv', [copy, cluster]);
      await start();
    },
    restart: async () => {
      await kill();
      await start();
    },
  };
}

/** A person whose events lie in the partition of another's. */
function neighbourOf(person: string): string {
  for (;;) {
    const other = randomUUID();
    if (partitionOf(other) === partitionOf(person)) return other;
  }
}

/** Asks again and again whether processing is allowed, and keeps every yes. */
function watchAnswers(consumer: Consumer, person: string): { yes: () => number; asked: () => number } {
  let [yes, asked, goesOn] = [0, 0, true];
  const look = (): void => {
    asked += 1;
    if (consumer.may(person, 'newsletter')) yes += 1;
    if (goesOn) setTimeout(look, 1);
  };
  look();
  endings.push(() => void (goesOn = false));
  return { yes: () => yes, asked: () => asked };
}

describe('a database that fails over to a standby which lacks what was committed last', () => {
  const handled: string[] = [];
  const handlers = { onWithdrawn: ({ data }: { data: { person: string } }) => void handled.push(data.person) };
  afterEach(() => void handled.splice(0));

  /** A person who said yes, and whose yes the standby has. */
  async function withGrant({ world, keep }: Failover): Promise<string> {
    const person = randomUUID();
    const first = await world.consume();
    const grant = world.writer.grant(person);
    await world.writer.send(grant);
    await world.acknowledged(grant);
    await first.stop();
    await keep();
    return person;
  }

  test.each([
    ['whose place was not noted yet', 60_000],
    ['whose place was noted, and is gone with it', 100],
  ])('is given again a withdrawal %s, before any place behind it is noted, and with its handlers', async (_, commitIntervalMs) => {
    const failover = await createFailover();
    const { world } = failover;
    const person = await withGrant(failover);
    const consumer = await world.consume({ handlers, commitIntervalMs });
    const withdrawal = world.writer.withdraw(person);
    await world.writer.send(withdrawal);
    await world.acknowledged(withdrawal);
    const noted = async (): Promise<number> => [...(await pgStore(world.pool).positions(world.topics.names.events)).values()].reduce((sum, next) => sum + Number(next), 0);
    if (commitIntervalMs < 1_000) await until(async () => (await noted()) === 2, { what: 'its place' });
    const { yes, asked } = watchAnswers(consumer, person);
    await failover.failOver();
    const [regrant, after] = [world.writer.grant(person, 'statistics'), world.writer.grant(neighbourOf(person))];
    await world.writer.send(regrant, after);
    await world.acknowledged(regrant, after);
    await until(() => handled.length === 2, { timeoutMs: 30_000, what: 'the withdrawal again' });
    await until(() => consumer.health().ready, { timeoutMs: 30_000, what: 'a consumer that is ready' });
    expect(await consumer.mayNow(person, 'newsletter')).toBe(false);
    expect([yes(), asked() > 100]).toEqual([0, true]);
    await consumer.stop();
    const next = await world.consume({ handlers });
    expect([await next.mayNow(person, 'newsletter'), next.may(person, 'newsletter'), await next.mayNow(after.person, 'newsletter')]).toEqual([false, false, true]);
    expect(handled).toEqual([person, person]);
  }, 120_000);

  test('is given it again where nothing else comes', async () => {
    const failover = await createFailover();
    const { world } = failover;
    const person = await withGrant(failover);
    const dataSource = await new DataSource({ type: 'postgres', url: world.database.url, extra: { max: 2 } }).initialize();
    endings.push(() => dataSource.destroy());
    const consumer = await world.consume({ handlers, store: typeOrmStore(dataSource) });
    const withdrawal = world.writer.withdraw(person);
    await world.writer.send(withdrawal);
    await world.acknowledged(withdrawal);
    await failover.failOver();
    await until(() => handled.length === 2, { timeoutMs: 30_000, what: 'the withdrawal again' });
    await until(() => consumer.health().ready, { timeoutMs: 30_000, what: 'a consumer that is ready' });
    expect(await consumer.mayNow(person, 'newsletter')).toBe(false);
  }, 120_000);

  test('is not told what is older than this process knows, not even before that is read again', async () => {
    const failover = await createFailover();
    const { world } = failover;
    const person = await withGrant(failover);
    // Neither a note nor an event tells it that another server answers.
    const consumer = await world.consume({ commitIntervalMs: 600_000, logCheckMs: 600_000 });
    const withdrawal = world.writer.withdraw(person);
    await world.writer.send(withdrawal);
    await world.acknowledged(withdrawal);
    await failover.failOver();
    const { rows } = await until(() => world.pool.query("SELECT allowed FROM samtycke_consumer.consent_state WHERE person = $1 AND purpose = 'newsletter'", [person]));
    expect(rows).toEqual([{ allowed: true }]);
    expect([await consumer.mayNow(person, 'newsletter'), consumer.may(person, 'newsletter')]).toEqual([false, false]);
  }, 120_000);

  test('learns the state anew where it went while that was read', async () => {
    const failover = await createFailover();
    const { world, keep, failOver } = failover;
    const grants = Array.from({ length: 40 }, () => world.writer.grant(randomUUID()));
    await world.writer.send(...grants);
    await keep();
    let learnt = 0;
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const onState = async (): Promise<void> => void ((learnt += 1) === 20 && (await gate));
    const following = world.consume({ handlers: { onState }, batch: 1 });
    await until(() => learnt === 20, { what: 'half of the state' });
    await failOver();
    goOn();
    const consumer = await following;
    const missing = [];
    for (const { person } of grants) if (!(await consumer.mayNow(person, 'newsletter'))) missing.push(person);
    expect(missing).toEqual([]);
  }, 120_000);
});

describe('a database that is only started anew, or whose connections break', () => {
  /** How often the consumer says that another server answers. */
  const counting = () => {
    let others = 0;
    const ignore = (): void => undefined;
    const warn = (_: object, message: string): void => void (message.startsWith('another server') && (others += 1));
    return { logger: { debug: ignore, info: ignore, warn, error: ignore }, others: () => others };
  };

  test('is read again from the noted place, once: everything is applied, and nothing twice', async () => {
    const { world, restart } = await createFailover();
    await world.pool.query('CREATE TABLE noted (event uuid NOT NULL)');
    const { logger, others } = counting();
    const handlers = { onEvent: async ({ id }: { id: string }, { query }: { query: World['pool']['query'] }) => void (await query('INSERT INTO noted (event) VALUES ($1)', [id])) };
    const consumer = await world.consume({ logger, commitIntervalMs: 60_000, handlers: { onEvent: (event, transaction) => handlers.onEvent(event, { query: transaction.query.bind(transaction) as World['pool']['query'] }) } });
    const events = Array.from({ length: 100 }, () => world.writer.grant(randomUUID()));
    await world.writer.send(...events);
    await world.acknowledged(...events);
    await restart();
    const after = world.writer.grant(randomUUID());
    await world.writer.send(after);
    await world.acknowledged(after);
    await until(() => consumer.health().ready, { timeoutMs: 30_000, what: 'a consumer that is ready' });
    expect(others()).toBe(1);
    const { rows } = await world.pool.query('SELECT count(*)::int AS all, count(DISTINCT event)::int AS different FROM noted');
    expect(rows).toEqual([{ all: 101, different: 101 }]);
  }, 120_000);

  test('is not read again where only connections broke, beside a message that always fails', async () => {
    const world = await createWorld();
    endings.push(() => world.close());
    world.pool.on('error', () => undefined);
    const { logger, others } = counting();
    const failing = randomUUID();
    const consumer = await world.consume({
      logger,
      handlers: {
        onGranted: ({ data: { person } }) => {
          if (person === failing) throw Object.assign(new Error('no'), { code: 'ECONNRESET' });
        },
      },
    });
    const events = [failing, randomUUID(), failing, randomUUID()].map((person) => world.writer.grant(person));
    const apart = openPool({ url: world.database.url, name: 'apart' });
    endings.push(() => apart.end());
    for (const event of events) {
      await world.writer.send(event);
      await apart.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name <> $1', ['apart']);
    }
    await world.acknowledged(...events);
    await until(() => consumer.health().ready, { timeoutMs: 30_000, what: 'a consumer that is ready' });
    expect(others()).toBe(0);
  }, 120_000);
});
