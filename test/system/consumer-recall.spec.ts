import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pgStore, type Store, type Transaction } from '#consumer';
import { createWorld, type World } from './consumer-world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** The database's store, and how often it was asked what it holds of single people. */
function counted(): { store: Store<Transaction>; asked: () => number } {
  let asked = 0;
  const store = pgStore(world.pool);
  const ask: typeof store.ask = (...of) => ((asked += 1), store.ask(...of));
  const holds: typeof store.holds = (of) => ((asked += 1), store.holds(of));
  return { store: { ...store, ask, holds }, asked: () => asked };
}

test('two instances that learn the state together ask for nobody by himself, and know everybody afterwards', async () => {
  const grants = Array.from({ length: 2_000 }, () => world.writer.grant(randomUUID()));
  await world.writer.sendState(...grants);
  await world.writer.sendEvents(...grants);
  const [one, other] = [counted(), counted()];
  const consumers = await Promise.all([one, other].map(({ store }) => world.consume({ store, batch: 100 })));
  for (const consumer of consumers) expect(grants.every(({ person }) => consumer.may(person, 'newsletter'))).toBe(true);
  expect([one.asked(), other.asked()]).toEqual([0, 0]);
}, 60_000);
