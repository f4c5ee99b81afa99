import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { LEDGER_PERSON, LEDGER_PURPOSE, stateKey, type LedgerEvent } from '#contracts';
import type { Consumer, ConsumerLogger } from '#consumer';
import { until } from '#testing';
import { createWorld, eventMessage, partitionOf, type World } from './consumer-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterEach(() => world.rest());
afterAll(() => world.close());

/** The index of the next event, over all tests: the world is one ledger. */
let next = 0;
const send = async (events: readonly LedgerEvent[], from = next): Promise<void> => {
  for (const [at, event] of events.entries()) await world.writer.sendRaw('events', eventMessage(event, from + at));
  next = Math.max(next, from + events.length);
};
/** The state record of a stream after this event, whose index is `index`. */
const sendState = (event: LedgerEvent, index: number): Promise<void> => world.writer.sendRaw('state', { ...eventMessage(event, index), key: stateKey(event.person, event.purpose), partition: partitionOf(event.person) });
const grants = (count: number): LedgerEvent[] => Array.from({ length: count }, () => world.writer.grant(randomUUID()));
const sayings = (): { said: string[]; logger: ConsumerLogger } => {
  const said: string[] = [];
  const ignore = (): void => undefined;
  return { said, logger: { debug: ignore, info: (_, message) => void said.push(message), warn: ignore, error: (_, message) => void said.push(message) } };
};
const consume = (more = {}): Promise<Consumer> => world.consume({ logCheckMs: 100, commitIntervalMs: 50, ...more });
const complete = (consumer: Consumer, to: number) => until(() => consumer.health().log?.completeTo === to, { timeoutMs: 20_000, what: `the log up to ${to}` });

describe('a system that reads all of the log', () => {
  test('says up to where nothing is missing, by health, metrics and log', async () => {
    const { said, logger } = sayings();
    const consumer = await consume({ logger });
    await send(grants(30));
    await complete(consumer, 29);
    expect(consumer.health().log).toEqual({ completeTo: 29, missing: [] });
    expect(consumer.metrics()).toContain('samtycke_consumer_log_complete_to{system="test"} 29');
    expect(consumer.metrics()).toContain('samtycke_consumer_log_missing{system="test"} 0');
    expect(said).toContain('nothing is missing up to here');
  });

  test('says which events are missing from the topic, within ten seconds at ten looks a second, and takes it back when they come', async () => {
    const { said, logger } = sayings();
    const consumer = await consume({ logger });
    const lost = grants(3);
    const from = next;
    await send(grants(5), from + 3);
    const since = performance.now();
    await until(() => consumer.health().log?.missing.length === 1, { timeoutMs: 20_000, everyMs: 20, what: 'the missing events' });
    expect(performance.now() - since).toBeLessThan(10_000);
    expect(consumer.health().log).toEqual({ completeTo: from - 1, missing: [{ from, to: from + 2 }] });
    expect(consumer.metrics()).toContain('samtycke_consumer_log_missing{system="test"} 3');
    await send(lost, from);
    await complete(consumer, from + 7);
    expect(consumer.health().log?.missing).toEqual([]);
    expect(said).toEqual(expect.arrayContaining(['events are missing from the topic', 'the missing events have arrived']));
  });

  test('makes up by the state for a withdrawal that is missing, acknowledges it, goes on following, and still says what is missing', async () => {
    const { said, logger } = sayings();
    const consumer = await consume({ logger });
    const person = randomUUID();
    const grant = world.writer.grant(person);
    await sendState(grant, next);
    await send([grant]);
    await until(() => consumer.may(person, 'newsletter'), { timeoutMs: 20_000, what: 'the grant' });
    const lost = world.writer.withdraw(person);
    const from = next;
    await sendState(lost, from);
    await send(grants(2), from + 1);
    await world.acknowledged(lost);
    await until(() => !consumer.may(person, 'newsletter'), { timeoutMs: 20_000, what: 'the withdrawal that only the state says' });
    expect(said).toEqual(expect.arrayContaining(['events are missing from the topic', 'the state was read for what is missing']));
    const [after] = grants(1);
    await send([after as LedgerEvent]);
    await world.acknowledged(after as LedgerEvent);
    expect(consumer.may(after?.person ?? '', 'newsletter')).toBe(true);
    await until(() => consumer.health().log?.missing.length === 1, { timeoutMs: 20_000 });
    expect(consumer.health().log?.missing).toEqual([{ from, to: from }]);
    await send([lost], from);
    await complete(consumer, next - 1);
  });

  test('in two instances that share the partitions, even while one hands over to the other, misses nothing', async () => {
    const { said, logger } = sayings();
    const first = await consume({ logger });
    const second = await consume({ logger });
    await send(grants(60));
    await Promise.all([complete(first, next - 1), complete(second, next - 1)]);
    await first.stop();
    await send(grants(20));
    await complete(second, next - 1);
    expect(said).not.toContain('events are missing from the topic');
  });

  test('and begins in the middle judges what comes after its beginning, whatever came last before it', async () => {
    const fresh = await createWorld();
    const own = { ...fresh.writer };
    const person = randomUUID();
    await own.send(own.grant(person), own.withdraw(person), own.grant(randomUUID()));
    const ofLedger = own.next(LEDGER_PERSON, { type: 'catalogue-changed', kind: 'ledger', purpose: LEDGER_PURPOSE, after: {} });
    await fresh.writer.sendRaw('events', eventMessage(ofLedger, 3));
    const { said, logger } = sayings();
    const consumer = await fresh.consume({ logger, logCheckMs: 100, commitIntervalMs: 50 });
    await until(() => consumer.health().log !== undefined);
    expect(consumer.health().log).toEqual({ completeTo: 3, missing: [] });
    const [four, six] = [own.grant(randomUUID()), own.grant(randomUUID())];
    await fresh.writer.sendRaw('events', eventMessage(four, 4));
    await fresh.writer.sendRaw('events', eventMessage(six, 6));
    await until(() => consumer.health().log?.missing.length === 1, { timeoutMs: 20_000 });
    expect(consumer.health().log).toEqual({ completeTo: 4, missing: [{ from: 5, to: 5 }] });
    expect(said.filter((message) => message === 'events are missing from the topic')).toHaveLength(1);
    await fresh.close();
  });
});
