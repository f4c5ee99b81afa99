import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createConsumer, openPool, pgStore } from '#consumer';
import { createWorld, type World } from './consumer-world.js';

const endings: (() => Promise<unknown>)[] = [];
let world: World;
let own: pg.Pool;

beforeEach(async () => {
  world = await createWorld();
  endings.push(() => world.close());
  const role = `crm_${randomUUID().slice(0, 8)}`;
  const name = new URL(world.database.url).pathname.slice(1);
  await world.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'crm'`);
  endings.push(() => world.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`));
  await world.pool.query(`REVOKE CREATE ON DATABASE "${name}" FROM PUBLIC`);
  await world.pool.query(`GRANT USAGE ON SCHEMA samtycke_consumer TO ${role}`);
  await world.pool.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA samtycke_consumer TO ${role}`);
  const url = new URL(world.database.url);
  [url.username, url.password] = [role, 'crm'];
  own = openPool({ url: url.href, name: role });
  endings.push(() => own.end());
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

describe('a system whose role may not make tables', () => {
  test('follows the ledger where they were made before', async () => {
    const consumer = await world.consume({ store: pgStore(own) });
    const grant = world.writer.grant(randomUUID());
    await world.writer.sendEvents(grant);
    expect((await world.acknowledged(grant))[0]?.outcome).toBe('applied');
    expect(consumer.may(grant.person, 'newsletter')).toBe(true);
    await consumer.stop();
  });

  test('is told at its start, in words, that they are missing: that is nothing to wait for', async () => {
    await world.pool.query('DELETE FROM samtycke_consumer.steps WHERE step = (SELECT max(step) FROM samtycke_consumer.steps)');
    const consumer = createConsumer({ system: 'test', brokers: world.topics.brokers.split(','), topicPrefix: world.topics.prefix, store: pgStore(own) });
    await expect(consumer.start()).rejects.toThrow('the database role may not make or use the consumer’s tables: run migrateConsumer as one that may');
    await consumer.stop();
  });
});
