import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { createConsumer, memoryStore } from '#consumer';
import type { EventType } from '#contracts';
import { until } from '#testing';
import { createWorld, eventMessage, readAll, type Letter, type World } from './consumer-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterEach(() => world.rest());
afterAll(() => world.close());

describe('poison', () => {
  const data = (person: string): Record<string, unknown> => JSON.parse(String(eventMessage({ ...world.writer.grant(person) }).value)) as Record<string, unknown>;
  const poisons: Record<string, (person: string) => { value: Buffer | string; reason: string; kept: boolean }> = {
    'bytes that are no UTF-8': () => ({ value: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), reason: 'not-json', kept: true }),
    'a value that hides under __proto__': (person) => ({ value: `{"__proto__":${JSON.stringify(data(person))}}`, reason: 'wrong-shape', kept: true }),
    'a megabyte of nothing': () => ({ value: 'x'.repeat(1_000_000), reason: 'not-json', kept: false }),
    'brackets a hundred thousand deep': () => ({ value: '['.repeat(100_000), reason: 'not-json', kept: true }),
  };
  test.each(Object.entries(poisons))('(%s) is parked, and the person’s next event is applied', async (_, make) => {
    const consumer = await world.consume();
    const person = randomUUID();
    const first = world.writer.grant(person);
    const { value, reason, kept } = make(person);
    await world.writer.sendRaw('events', { ...eventMessage(first), value });
    const after = world.writer.grant(person);
    await world.writer.sendEvents(after);
    const acks = await world.acknowledged(first, after);
    expect(Object.fromEntries(acks.map(({ event, outcome }) => [event, outcome]))).toEqual({ [first.event]: 'parked', [after.event]: 'applied' });
    expect(consumer.may(person, 'newsletter')).toBe(true);
    const letter = (await world.dead()).find(({ headers }) => headers['ce_id'] === first.event);
    expect(letter?.headers).toMatchObject({ dead_reason: reason, ...(!kept && { dead_value: 'left-at-origin' }) });
    if (!kept) expect(letter?.value).toBeNull();
  });

  test('that is a valid event of nearly a megabyte, with members named __proto__ and constructor, is applied like any other', async () => {
    const consumer = await world.consume();
    const grant = world.writer.grant(randomUUID());
    const text = String(eventMessage(grant).value);
    const value = `${text.slice(0, -1)},"__proto__":{"erased":true},"constructor":{"prototype":{"allowed":false}},"later":"${'å'.repeat(450_000)}"}`;
    await world.writer.sendRaw('events', { ...eventMessage(grant), value });
    expect((await world.acknowledged(grant))[0]?.outcome).toBe('applied');
    expect(consumer.may(grant.person, 'newsletter')).toBe(true);
    expect(consumer.may(grant.person, 'constructor')).toBe(false);
    expect(({} as { erased?: boolean }).erased).toBeUndefined();
  });
});

describe('a dead letter', () => {
  const noText = Buffer.alloc(99_000, 0xff);
  const setMost = async (bytes: string): Promise<void> => {
    const admin = new Kafka({ brokers: world.topics.brokers.split(','), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: world.topics.names.dead, configEntries: [{ name: 'max.message.bytes', value: bytes }] }] });
    await admin.disconnect();
  };
  const park = async (more: { key?: string; partition?: number; value: string; headers?: Record<string, Buffer> }): Promise<Letter | undefined> => {
    const consumer = await world.consume();
    const [bad, good] = [world.writer.grant(randomUUID()), world.writer.grant(randomUUID())];
    const message = eventMessage(bad);
    await world.writer.sendRaw('events', { ...message, ...more, headers: { ...message.headers, ...more.headers } });
    await world.writer.sendEvents(good);
    const acks = await world.acknowledged(bad, good);
    expect(Object.fromEntries(acks.map(({ event, outcome }) => [event, outcome]))).toEqual({ [bad.event]: 'parked', [good.event]: 'applied' });
    await until(() => consumer.health().unacknowledged === 0);
    return (await world.dead()).at(-1);
  };

  test('keeps headers that are no text as they were, and is no larger for them', async () => {
    const letter = await park({ value: 'x'.repeat(790_000), headers: { more: noText } });
    expect(letter?.value).toHaveLength(790_000);
    expect(letter?.headers['more']).toHaveLength(99_000);
  });

  test('of a message whose key is too large to be sent with the rest says where it lies', async () => {
    const letter = await park({ key: 'k'.repeat(947_000), partition: 0, value: 'x'.repeat(100_000) });
    expect(letter).toMatchObject({ key: 'null', value: null, headers: { dead_value: 'left-at-origin', dead_reason: 'not-json', dead_topic: world.topics.names.events, dead_offset: expect.stringMatching(/^\d+$/) } });
  });

  test('that Kafka still finds too large is sent without what makes it so, and stops nobody', async () => {
    await setMost('2000');
    const letter = await park({ value: 'x'.repeat(5_000) });
    expect(letter).toMatchObject({ key: 'null', value: null, headers: { dead_value: 'left-at-origin', dead_reason: 'not-json', dead_system: 'test', dead_partition: expect.stringMatching(/^\d+$/) } });
    expect(letter?.headers['ce_id']).toBeUndefined();
    await setMost('1048588');
  });
});

describe('an event of a type that a later ledger adds', () => {
  test('is applied by what it allows, and heard by the handler of whatever has none of its own', async () => {
    const heard: string[] = [];
    const consumer = await world.consume({ handlers: { onGranted: () => void heard.push('granted'), onOther: ({ type }) => void heard.push(type) } });
    const event = world.writer.next(randomUUID(), { type: 'consent-delegated' as EventType, purpose: 'newsletter', after: { status: 'given', allowed: true } });
    const withdrawal = world.writer.withdraw(randomUUID());
    await world.writer.sendEvents(event, withdrawal);
    const acks = await world.acknowledged(event, withdrawal);
    expect(acks.map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
    expect(consumer.may(event.person, 'newsletter')).toBe(true);
    expect(heard.sort()).toEqual(['consent-delegated', 'consent-withdrawn']);
  });
});

describe('a letter that was put back for one system', () => {
  test('is read by that system alone: others neither apply nor answer it', async () => {
    const crm = await world.consume({ system: 'crm' });
    const grant = world.writer.grant(randomUUID());
    const message = eventMessage(grant);
    await world.writer.sendRaw('events', { ...message, headers: { ...message.headers, samtycke_only: 'newsletter' } });
    const other = world.writer.grant(grant.person);
    await world.writer.sendRaw('events', { ...eventMessage(other), headers: { ...eventMessage(other).headers, samtycke_only: 'crm' } });
    expect((await world.acknowledged(other))[0]).toMatchObject({ system: 'crm', outcome: 'applied', version: 2 });
    expect((await world.acks()).filter(({ event }) => event === grant.event)).toEqual([]);
    expect(crm.health()).toMatchObject({ unacknowledged: 0 });
  });

  test('after something newer was applied is a repeat: its handlers do not run, and the log says so', async () => {
    const refuses = { yes: true };
    const handled: string[] = [];
    const said: object[] = [];
    const say = (fields: object, message: string): void => void (message.includes('put back') && said.push(fields));
    const onWithdrawn = ({ id }: { id: string }): void => {
      if (refuses.yes) throw new Error('no');
      handled.push(id);
    };
    const consumer = await world.consume({ system: 'crm', logger: { debug: say, info: say, warn: say, error: say }, handlers: { onWithdrawn, onState: () => undefined } });
    const person = randomUUID();
    const parked = world.writer.withdraw(person);
    const later = world.writer.next(person, { type: 'decision-recorded', decision: 'grant', purpose: 'newsletter', after: { status: 'withdrawn', allowed: false } });
    await world.writer.sendEvents(parked, later);
    await world.acknowledged(parked, later);
    refuses.yes = false;
    const message = eventMessage(parked);
    await world.writer.sendRaw('events', { ...message, headers: { ...message.headers, samtycke_only: 'crm' } });
    await until(async () => (await world.acks()).some(({ event, outcome }) => event === parked.event && outcome === 'repeat'), { timeoutMs: 20_000, what: 'a repeat' });
    expect(said).toEqual([{ event: parked.event, purpose: 'newsletter', version: 1 }]);
    expect(handled).toEqual([]);
    expect(consumer.may(person, 'newsletter')).toBe(false);
  });
});

describe('answers that Kafka does not take', () => {
  test('stop the reading before they fill the memory; when it takes them again each event is answered', async () => {
    const consumer = await world.consume({ system: 'unheard', purposes: ['newsletter'], mostUnacknowledged: 200, batch: 50 });
    const admin = new Kafka({ brokers: world.topics.brokers.split(','), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [world.topics.names.acks] });
    await admin.disconnect();
    const events = Array.from({ length: 6_000 }, () => world.writer.grant(randomUUID(), 'statistics'));
    await world.writer.send(...events);
    const waiting: number[] = [];
    const rests = (): boolean => (waiting.at(-1) ?? 0) >= 200 && waiting.at(-1) === waiting.at(-20);
    await until(() => waiting.push(consumer.health().unacknowledged) && rests(), { everyMs: 50, timeoutMs: 30_000, what: 'the pause' });
    // The limit, and what was under way when it was reached: a piece of each of 32 partitions.
    expect(Math.max(...waiting)).toBeLessThanOrEqual(200 + 32 * 50);
    await world.topics.create();
    await until(() => consumer.health().unacknowledged === 0, { timeoutMs: 30_000, what: 'an end of the waiting' });
    const answered = await until(async () => {
      const found = new Set((await readAll(world.topics, world.topics.names.acks)).map(({ key }) => key));
      return found.size >= events.length && found;
    }, { timeoutMs: 30_000, everyMs: 500, what: 'all answers' });
    expect(events.every(({ event }) => answered.has(event))).toBe(true);
  }, 120_000);

  test('stop the reading of the state that is learnt, too, and let it be learnt when they are taken again', async () => {
    const { topics: { brokers, prefix, names } } = world;
    const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [names.acks] });
    await admin.disconnect();
    const grants = Array.from({ length: 6_000 }, () => world.writer.grant(randomUUID()));
    await world.writer.sendState(...grants);
    const consumer = createConsumer({ system: 'learner', brokers: brokers.split(','), topicPrefix: prefix, store: memoryStore(), purposes: ['newsletter'], mostUnacknowledged: 200, batch: 50 });
    await consumer.start();
    const waiting: number[] = [];
    const rests = (): boolean => (waiting.at(-1) ?? 0) >= 200 && waiting.at(-1) === waiting.at(-20);
    await until(() => waiting.push(consumer.health().unacknowledged) && rests(), { everyMs: 50, timeoutMs: 30_000, what: 'the pause' });
    expect(Math.max(...waiting)).toBeLessThanOrEqual(200 + 32 * 50);
    await world.topics.create();
    await consumer.following();
    expect(grants.every(({ person }) => consumer.may(person, 'newsletter'))).toBe(true);
    await consumer.stop();
  }, 120_000);
});
