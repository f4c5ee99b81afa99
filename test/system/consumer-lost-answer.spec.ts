import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openPool, pgStore, type Consumer } from '#consumer';
import { WHOLE_PERSON } from '#contracts';
import { createProxy, until, type Proxy } from '#testing';
import { createWorld, type World } from './consumer-world.js';

const endings: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Behind {
  world: World;
  proxy: Proxy;
  consumer: Consumer;
}

/** A consumer that reaches its database through a proxy. */
async function behindProxy(): Promise<Behind> {
  const world = await createWorld();
  endings.push(() => world.close());
  const url = new URL(world.database.url);
  const server = Number(url.port);
  const proxy = await createProxy({ target: () => server });
  endings.push(() => proxy.close());
  url.port = String(proxy.port);
  const pool = openPool({ url: url.href, name: 'behind-proxy' });
  endings.push(() => pool.end());
  const consumer = await world.consume({ store: pgStore(pool), defaults: { 'marketing-reach': true } });
  endings.push(() => consumer.stop());
  return { world, proxy, consumer };
}

/** Loses the answer to every commit until what was sent stands in the database, then breaks those connections. */
async function loseAnswers({ world, proxy }: Behind, send: () => Promise<void>, table: string, where: string): Promise<void> {
  proxy.swallow('COMMIT');
  await send();
  await until(async () => (await world.pool.query(`SELECT 1 FROM samtycke_consumer.${table} WHERE ${where}`)).rowCount === 1);
  proxy.mend();
}

describe('a commit whose answer was lost', () => {
  test('of a withdrawal makes the answer no: what the database holds is known here too', async () => {
    const behind = await behindProxy();
    const { world, consumer } = behind;
    const grant = world.writer.grant(randomUUID());
    await world.writer.sendEvents(grant);
    await until(() => consumer.may(grant.person, 'newsletter'));
    const withdrawal = world.writer.withdraw(grant.person);
    await loseAnswers(behind, () => world.writer.sendEvents(withdrawal), 'consent_state', `person = '${grant.person}' AND version = 2`);
    expect((await world.acknowledged(withdrawal))[0]?.outcome).toBe('repeat');
    expect(consumer.may(grant.person, 'newsletter')).toBe(false);
    expect(await consumer.mayNow(grant.person, 'newsletter')).toBe(false);
  });

  test('of a restriction and of an erasure does so too', async () => {
    const behind = await behindProxy();
    const { world, consumer } = behind;
    const [restricted, erased] = [randomUUID(), randomUUID()];
    const grant = world.writer.grant(erased);
    await world.writer.sendEvents(grant);
    await until(() => consumer.may(erased, 'newsletter'));
    expect(consumer.may(restricted, 'marketing-reach')).toBe(true);
    const limit = world.writer.next(restricted, { type: 'processing-restricted', purpose: WHOLE_PERSON, after: { restricted: true, erased: false, suppressed: false } });
    await loseAnswers(behind, () => world.writer.sendEvents(limit), 'persons', `person = '${restricted}' AND restricted`);
    await world.acknowledged(limit);
    expect(consumer.may(restricted, 'marketing-reach')).toBe(false);
    const erasure = world.writer.next(erased, { type: 'person-erased', purpose: WHOLE_PERSON, after: { restricted: false, erased: true, suppressed: false } });
    await loseAnswers(behind, () => world.writer.sendEvents(erasure), 'persons', `person = '${erased}' AND erased`);
    await world.acknowledged(erasure);
    expect(['newsletter', 'marketing-reach'].map((purpose) => consumer.may(erased, purpose))).toEqual([false, false]);
  });
});
