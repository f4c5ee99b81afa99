import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createConsumer, memoryStore, pgStore, type Consumer, type ConsumerOptions, type Store, type Transaction } from '#consumer';
import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { until } from '#testing';
import { createWorld, type World } from './consumer-world.js';

let world: World;
const endings: Consumer[] = [];
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  for (const consumer of endings.splice(0)) await consumer.stop();
  await world.close();
});

const limit = (person: string): LedgerEvent => world.writer.next(person, { type: 'processing-restricted', purpose: WHOLE_PERSON, after: { restricted: true, erased: false, suppressed: false } });

describe('a system that takes up a purpose again', () => {
  test('answers no for it until it has learnt it, from the store too, whatever rows of before are left', async () => {
    const [person, objector] = [randomUUID(), randomUUID()];
    await world.writer.send(world.writer.grant(person), world.writer.grant(person, 'profiling'));
    await (await world.consume({ purposes: ['newsletter', 'profiling'] })).stop();
    const narrow = await world.consume({ purposes: ['newsletter'] });
    const withdrawal = world.writer.withdraw(person, 'profiling');
    const objection = world.writer.next(objector, { type: 'objection-raised', decision: 'object', purpose: 'profiling', after: { status: 'objected', allowed: false } });
    await world.writer.send(withdrawal, objection);
    await world.acknowledged(withdrawal, objection);
    await narrow.stop();
    const far = createConsumer({ system: 'test', brokers: ['127.0.0.1:9'], store: pgStore(world.pool), purposes: ['newsletter', 'profiling'], defaults: { profiling: true } });
    endings.push(far);
    await far.start();
    expect([await far.mayNow(person, 'profiling'), await far.mayNow(objector, 'profiling'), await far.mayNow(person, 'newsletter')]).toEqual([false, false, true]);
  });

  test('answers so too where it keeps its state in memory', async () => {
    const store = memoryStore();
    await store.transact((session) => session.inform(['newsletter'], new Date()));
    expect((await store.ask(randomUUID(), 'newsletter')).informed).toBe(true);
    expect((await store.ask(randomUUID(), 'profiling')).informed).toBe(false);
  });
});
