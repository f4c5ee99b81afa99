import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createConsumer, memoryStore, pgStore, type Consumer } from '#consumer';
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

describe('a system that is given one more purpose', () => {
  const more = { purposes: ['newsletter', 'statistics'] };

  /** Two people who have agreed to both purposes, known to a system that acts on one and is stopped then. */
  async function away(): Promise<{ leaves: string; erased: string }> {
    const [leaves, erased] = [randomUUID(), randomUUID()];
    const grants = [leaves, erased].flatMap((person) => [world.writer.grant(person), world.writer.grant(person, 'statistics')]);
    await world.writer.send(...grants);
    await (await world.consume({ purposes: ['newsletter'] })).stop();
    return { leaves, erased };
  }

  test('hears what came of the others while it was away by its handlers, and learns the state of that one alone', async () => {
    const { leaves, erased } = await away();
    const events = [world.writer.withdraw(leaves), ...world.writer.erase(erased)];
    await world.writer.send(...events);
    const [handled, committed, learnt]: [string[], string[], string[]] = [[], [], []];
    const consumer = await world.consume({
      ...more,
      onCommitted: (told) => committed.push(...told.map(({ id }) => id)),
      handlers: {
        onWithdrawn: ({ id }) => void handled.push(id),
        onErased: ({ id }) => void handled.push(id),
        onState: (states) => void learnt.push(...states.map(({ purpose }) => purpose)),
      },
    });
    const acks = await world.acknowledged(...events);
    expect(acks.map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'applied']);
    expect(handled.sort()).toEqual(events.map(({ event }) => event).sort());
    expect(committed.sort()).toEqual(events.map(({ event }) => event).sort());
    expect(new Set(learnt)).toEqual(new Set(['statistics']));
    expect(['newsletter', 'statistics'].map((purpose) => consumer.may(leaves, purpose))).toEqual([false, true]);
    expect(['newsletter', 'statistics'].map((purpose) => consumer.may(erased, purpose))).toEqual([false, false]);
  });

  test('still sees what is missing of the others, and makes up for it', async () => {
    const { leaves, erased } = await away();
    await world.writer.sendState(world.writer.withdraw(leaves));
    await world.writer.send(world.writer.grant(erased));
    const consumer = await world.consume({ ...more, logCheckMs: 100 });
    await until(() => !consumer.may(leaves, 'newsletter'), { timeoutMs: 20_000, what: 'a no by the state' });
    expect(consumer.health().log?.missing).toHaveLength(1);
  });

  test('follows all purposes from then on, where it names none any more', async () => {
    const { leaves, erased } = await away();
    const withdrawal = world.writer.withdraw(leaves);
    await world.writer.send(withdrawal);
    const handled: string[] = [];
    const consumer = await world.consume({ handlers: { onWithdrawn: ({ id }) => void handled.push(id) } });
    await world.acknowledged(withdrawal);
    expect(handled).toEqual([withdrawal.event]);
    expect([leaves, erased].map((person) => consumer.may(person, 'statistics'))).toEqual([true, true]);
  });
});
