import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { ONLY_FOR, readBack } from '#consumer';
import { until } from '#testing';
import { createWorld, eventMessage, type World } from './consumer-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 60_000);
afterAll(() => world.close());

test('a topic is read back to a log index, however far that is and whatever lies behind it: letters that were put back, other ledgers, what cannot be read', async () => {
  const { topics: { brokers, prefix, names }, writer } = world;
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const extentsNow = () => until(() => admin.fetchTopicOffsets(names.events).catch(() => undefined), { timeoutMs: 20_000, what: 'the leaders of all partitions' });
  await extentsNow();
  const [many, few] = [randomUUID(), randomUUID()];
  const events = Array.from({ length: 700 }, (_, at) => (at % 100 === 50 ? writer.grant(few) : writer.grant(many)));
  await writer.sendEvents(...events);
  const [first] = events;
  if (!first) throw new Error('nothing was made');
  const letter = eventMessage(first, 0);
  await writer.sendRaw('events', { ...letter, headers: { ...letter.headers, [ONLY_FOR]: 'newsletter' } });
  await writer.sendRaw('events', { ...letter, headers: { ...letter.headers, ce_source: 'https://other.example/ledger' } });
  await writer.sendRaw('events', { ...letter, value: 'nothing that can be read' });
  let extents = await extentsNow();
  const above = async (floor: number, origin = first.ledger): Promise<number[]> => {
    const found: number[] = [];
    for await (const page of readBack({ kafka, topic: names.events, group: `${prefix}back`, extents, origin, floor })) found.push(...page.map(({ logIndex = -1 }) => logIndex));
    // What a producer sends again is there twice.
    return [...new Set(found)].sort((one, other) => one - other);
  };
  const from = (floor: number): number[] => Array.from({ length: 700 - floor }, (_, at) => floor + at);
  expect(await above(30)).toEqual(from(30));
  expect(await above(690)).toEqual(from(690));
  expect(await above(700)).toEqual([]);
  expect(await above(0)).toEqual(from(0));
  expect(await above(0, 'other.example/ledger')).toEqual([0]);
  await writer.sendEvents(...events.slice(640, 660));
  extents = await extentsNow();
  expect((await above(660)).length).toBe(0);
  expect(await above(640)).toEqual(from(640));
  await admin.disconnect();
}, 90_000);
