import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { pgStore, typeOrmStore } from '#consumer';
import { until } from '#testing';
import { DataSource } from 'typeorm';
import { createWorld, type World } from './consumer-world.js';

const endings: (() => Promise<unknown>)[] = [];
let world: World;

beforeEach(async () => {
  world = await createWorld();
  endings.push(() => world.close());
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function ownPool(limits: Pick<pg.PoolConfig, 'statement_timeout' | 'lock_timeout'>): pg.Pool {
  const pool = new pg.Pool({ connectionString: world.database.url, ...limits });
  endings.push(() => pool.end());
  return pool;
}

const outcomes = (acks: { event: string; outcome: string }[]): Record<string, string> => Object.fromEntries(acks.map(({ event, outcome }) => [event, outcome]));

describe('a database that lets no long statement through', () => {
  test('gets less at a time, until all is applied; nothing is parked', async () => {
    await world.pool.query(`
      CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$;
      CREATE TRIGGER slow BEFORE INSERT ON samtycke_consumer.consent_state FOR EACH ROW EXECUTE FUNCTION slowly()`);
    const events = Array.from({ length: 60 }, () => world.writer.grant(randomUUID()));
    await world.consume({ store: pgStore(ownPool({ statement_timeout: 400 })) });
    await world.writer.sendEvents(...events);
    expect(Object.values(outcomes(await world.acknowledged(...events)))).toEqual(events.map(() => 'applied'));
  }, 60_000);

  test('holds back only what lies behind a locked row: the rest is applied, and that too once it is let go', async () => {
    const [held, other] = [world.writer.grant(randomUUID()), world.writer.grant(randomUUID())];
    const consumer = await world.consume({ store: pgStore(ownPool({ lock_timeout: 50 })) });
    await world.writer.sendEvents(held);
    await world.acknowledged(held);
    const client = await world.pool.connect();
    await client.query('BEGIN');
    await client.query('SELECT FROM samtycke_consumer.consent_state WHERE person = $1 FOR UPDATE', [held.person]);
    const withdrawal = world.writer.withdraw(held.person);
    await world.writer.sendEvents(other, withdrawal);
    await until(() => consumer.health().state === 'waiting-for-database', { timeoutMs: 20_000 });
    await client.query('COMMIT');
    client.release();
    expect(outcomes(await world.acknowledged(other, withdrawal))).toEqual({ [other.event]: 'applied', [withdrawal.event]: 'applied' });
  }, 60_000);
});

describe.each([
  ['takes too long', "USING ERRCODE = '57014'"],
  ['is refused by a check of the system’s own', ''],
  ['is refused by a check that is broken', "USING ERRCODE = 'undefined_table'"],
])('a commit that always %s for what a handler wrote', (_what, code) => {
  const CHECKS = `
    CREATE TABLE noted (person uuid);
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' ${code}; END $$;
    CREATE CONSTRAINT TRIGGER refuses AFTER INSERT ON noted DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`;
  const NOTE = 'INSERT INTO noted VALUES ($1)';

  test('parks that message, and no other waits for it', async () => {
    await world.pool.query(CHECKS);
    await world.consume({ handlers: { onWithdrawn: async ({ data }, transaction) => void (await transaction.query(NOTE, [data.person])) } });
    const [bad, good] = [world.writer.withdraw(randomUUID()), world.writer.grant(randomUUID())];
    await world.writer.sendEvents(bad, good);
    expect(outcomes(await world.acknowledged(bad, good))).toEqual({ [bad.event]: 'parked', [good.event]: 'applied' });
  }, 60_000);

  test('does so with TypeORM too', async () => {
    await world.pool.query(CHECKS);
    const dataSource = await new DataSource({ type: 'postgres', url: world.database.url }).initialize();
    endings.push(() => dataSource.destroy());
    const consumer = await world.consume({ store: typeOrmStore(dataSource), handlers: { onWithdrawn: async ({ data }, manager) => void (await manager.query(NOTE, [data.person])) } });
    endings.push(() => consumer.stop());
    const [bad, good] = [world.writer.withdraw(randomUUID()), world.writer.grant(randomUUID())];
    await world.writer.sendEvents(bad, good);
    expect(outcomes(await world.acknowledged(bad, good))).toEqual({ [bad.event]: 'parked', [good.event]: 'applied' });
  }, 60_000);
});
