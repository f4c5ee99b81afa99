import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Inject, Injectable, Module, Scope, type INestApplicationContext, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Pool } from 'pg';
import { openPool, pgStore, type ConsumedEvent, type Transaction } from '#consumer';
import { Handles, LedgerConsumer, OnGranted, OnWithdrawn, SamtyckeModule } from '#consumer-nest';
import { until } from '#testing';
import { createWorld, type World } from './consumer-world.js';

const POOL = Symbol('pool');
const ALIAS = Symbol('alias');
let world: World;
let app: INestApplicationContext | undefined;
let slow: Promise<void> | undefined;
let databaseUrl: string;
let errors: string[];

const nothing = (): void => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: (fields: object, message: string) => void errors.push(`${JSON.stringify(fields)} ${message}`) };

@Injectable()
class Notes {
  @OnGranted()
  async granted({ id }: ConsumedEvent<'consent-granted'>, transaction: Transaction): Promise<void> {
    await transaction.query('INSERT INTO noted VALUES ($1, $2)', [id, this.word()]);
    await slow;
  }

  @OnWithdrawn()
  async withdrawn({ id, data }: ConsumedEvent<'consent-withdrawn'>, transaction: Transaction): Promise<void> {
    await transaction.query('INSERT INTO noted VALUES ($1, $2)', [id, data.allowed ? 'some' : 'none']);
  }

  private word(): string {
    return 'granted';
  }
}

@Injectable()
class Mirror {
  readonly seen: string[] = [];

  @OnGranted()
  @OnWithdrawn()
  sync({ type }: ConsumedEvent<'consent-granted' | 'consent-withdrawn'>): void {
    this.seen.push(type);
  }
}

@Injectable()
class Refuses {
  @Handles('onWithdrawn')
  refuse({ data }: ConsumedEvent<'consent-withdrawn'>): void {
    if (data.purpose === 'statistics') throw new Error('not today');
  }
}

@Injectable({ scope: Scope.REQUEST })
class OfRequest {
  @OnWithdrawn()
  heard(): void {}
}

@Injectable({ scope: Scope.TRANSIENT })
class Transient {
  @OnWithdrawn()
  heard(): void {}
}

@Injectable({ scope: Scope.REQUEST })
class Request {}

@Injectable()
class NeedsRequest {
  constructor(@Inject(Request) readonly request: Request) {}

  @OnWithdrawn()
  heard(): void {}
}

@Injectable()
class OwnPool implements OnApplicationShutdown {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  onApplicationShutdown(): Promise<void> {
    return this.pool.end();
  }
}

@Module({ providers: [{ provide: POOL, useFactory: () => openPool({ url: databaseUrl, name: 'nest' }) }, OwnPool], exports: [POOL] })
class DatabaseModule {}

async function create(...more: Type[]): Promise<LedgerConsumer> {
  const { brokers, prefix } = world.topics;
  const ledger = SamtyckeModule.forRootAsync({
    imports: [DatabaseModule],
    inject: [POOL],
    useFactory: (pool: Pool) => ({ system: 'nest', brokers: brokers.split(','), topicPrefix: prefix, store: pgStore(pool), commitIntervalMs: 100, logger }),
  });
  @Module({ imports: [ledger], providers: [Notes, Refuses, Mirror, { provide: ALIAS, useExisting: Mirror }, Request, ...more] })
  class AppModule {}
  app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'], abortOnError: false });
  return app.get(LedgerConsumer);
}

async function start(...more: Type[]): Promise<LedgerConsumer> {
  const consumer = await create(...more);
  await consumer.following();
  return consumer;
}

const noted = async (): Promise<Record<string, string>> => {
  const { rows } = await world.pool.query<{ event: string; word: string }>('SELECT event, word FROM noted');
  return Object.fromEntries(rows.map(({ event, word }) => [event, word]));
};

/** The application's pool is that of a role without any right. */
async function useNewRole(): Promise<string> {
  const role = `nest_${randomUUID().slice(0, 8)}`;
  await world.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'nest'`);
  const url = new URL(world.database.url);
  [url.username, url.password] = [role, 'nest'];
  databaseUrl = url.href;
  return role;
}

beforeEach(async () => {
  world = await createWorld();
  databaseUrl = world.database.url;
  errors = [];
  await world.pool.query('CREATE TABLE noted (event uuid, word text)');
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await world.close();
});

describe('a Nest application', () => {
  test('handles events by methods of its providers, all of one event in one transaction, and asks its consumer', async () => {
    const consumer = await start();
    expect(consumer.health().ready).toBe(true);
    const [person, other] = [randomUUID(), randomUUID()];
    const events = [world.writer.grant(person), world.writer.withdraw(other), world.writer.withdraw(other, 'statistics')];
    await world.writer.sendEvents(...events);
    const acks = await world.acknowledged(...events);
    expect(Object.fromEntries(acks.map(({ event, system, outcome }) => [event, `${system} ${outcome}`]))).toEqual({
      [events[0]?.event ?? '']: 'nest applied',
      [events[1]?.event ?? '']: 'nest applied',
      [events[2]?.event ?? '']: 'nest parked',
    });
    expect(await noted()).toEqual({ [events[0]?.event ?? '']: 'granted', [events[1]?.event ?? '']: 'none' });
    expect(consumer.may(person, 'newsletter')).toBe(true);
    expect(await consumer.mayNow(other, 'newsletter')).toBe(false);
    expect(consumer.metrics()).toContain('outcome="applied"} 2');
  });

  test('has one method handle what each of its marks names, once for each provider, under however many names it is known', async () => {
    await start();
    const person = randomUUID();
    const events = [world.writer.grant(person), world.writer.withdraw(person)];
    await world.writer.sendEvents(...events);
    await world.acknowledged(...events);
    expect(app?.get(Mirror).seen).toEqual(['consent-granted', 'consent-withdrawn']);
  });

  test.each([OfRequest, Transient, NeedsRequest])('does not start where %p handles events, since no instance of it is there to be called', async (handles) => {
    await expect(start(handles)).rejects.toThrow(`${handles.name}.heard cannot handle events`);
  });

  test('that shuts down finishes and acknowledges what a handler has begun, before its pool ends', async () => {
    await start();
    let finish: () => void = () => undefined;
    slow = new Promise((resolve) => (finish = resolve));
    const grant = world.writer.grant(randomUUID());
    await world.writer.sendEvents(grant);
    const waiting = "SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'nest' AND state = 'idle in transaction'";
    await until(async () => (await world.pool.query<{ count: number }>(waiting)).rows[0]?.count === 1);
    const closed = app?.close();
    app = undefined;
    slow = undefined;
    finish();
    await closed;
    expect(await noted()).toEqual({ [grant.event]: 'granted' });
    expect((await world.acknowledged(grant)).map(({ outcome }) => outcome)).toEqual(['applied']);
  });

  test('whose role lacks rights in the database stays up, is told what is missing, and follows once they are granted', async () => {
    const role = await useNewRole();
    try {
      const consumer = await create();
      await until(() => errors.length > 0);
      expect(errors[0]).toContain('the database role may not make or use the consumer’s tables: run migrateConsumer as one that may');
      expect(consumer.health()).toMatchObject({ ready: false, problem: 'error 42501' });
      await world.pool.query(`GRANT USAGE ON SCHEMA samtycke_consumer TO ${role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA samtycke_consumer TO ${role}`);
      await consumer.following();
      expect(consumer.health().ready).toBe(true);
    } finally {
      await app?.close();
      app = undefined;
      await world.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  test('may be stopped while its consumer cannot start', async () => {
    const role = await useNewRole();
    try {
      const consumer = await create();
      await until(() => errors.length > 0);
      await app?.close();
      app = undefined;
      expect(consumer.health().state).toBe('stopped');
      expect(errors).toHaveLength(1);
    } finally {
      await world.pool.query(`DROP ROLE ${role}`);
    }
  });
});
