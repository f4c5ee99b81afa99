import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Message } from 'kafkajs';
import { topicsOf } from '#contracts';
import { readTopic, until } from '#testing';
import { demand, experiment } from '../experiment.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';

const MARK = 'x-poison';

/** What a stranger says of himself, in the ledger's form. */
const consentOf = (person: string) => ({ person, kind: 'person', purpose: 'newsletter', seq: 1, version: 1, status: 'given', allowed: true, occurredAt: '2026-01-01T00:00:00.000000Z', recordedAt: '2026-01-01T00:00:00.000000Z' });

/** Values by kind; of an unknown type is a message in the right form, which a system takes by `allowed` alone. */
const VALUES: Record<string, (person: string) => Buffer | string | null> = {
  'not-json': () => 'this is no JSON {',
  'one-megabyte': () => Buffer.alloc(1_000_000, 'x'),
  null: () => null,
  'bad-utf-8': (person) => Buffer.concat([Buffer.from(`{"person":"${person}","kind":"`), Buffer.of(0xff, 0xfe, 0xc0), Buffer.from('","purpose":"newsletter","seq":1,"version":1}')]),
  'unknown-type': (person) => JSON.stringify(consentOf(person)),
  ['__proto__']: (person) => `{"__proto__":${JSON.stringify(consentOf(person))},"constructor":{"prototype":{"allowed":true}}}`,
};

function messagesOf(world: World, kind: string, count: number): Message[] {
  return Array.from({ length: count }, () => {
    const person = randomUUID();
    if (kind === 'unknown-type') world.notes.strangers.push(person);
    return { key: person, value: VALUES[kind]?.(person) ?? null, headers: { [MARK]: kind, ce_id: randomUUID(), ce_type: kind === 'unknown-type' ? 'consent-exploded' : 'consent-granted' } };
  });
}

async function put(world: World, count: number): Promise<void> {
  world.notes.isForeign = ({ headers }) => headers[MARK] !== undefined;
  const kafka = new Kafka({ clientId: 'poison', brokers: [world.brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const { events, acks } = topicsOf();
  for (const kind of Object.getOwnPropertyNames(VALUES)) {
    for (const message of messagesOf(world, kind, count)) for (const topic of [events, acks]) await producer.send({ topic, messages: [message] });
  }
  await producer.disconnect();
}

/** How many records of each kind each system has parked. */
async function parked(world: World): Promise<number> {
  let count = 0;
  await readTopic(world.brokers, topicsOf().dead, () => (count += 1));
  return count;
}

/** Kinds that no system can read: all but the one of an unknown type. */
const UNREADABLE = Object.getOwnPropertyNames(VALUES).length - 1;

/** Some of each kind, and waits until every system has parked them. */
export async function putAndPark(world: World, count: number): Promise<void> {
  const before = await parked(world);
  await put(world, count);
  const wanted = before + UNREADABLE * count * world.systems.length;
  await until(async () => (await parked(world)) >= wanted, { timeoutMs: 180_000, everyMs: 500, what: `${wanted - before} records to be parked` });
}

export const poison = experiment({
  name: 'poison',
  title: 'not JSON, 1 MB, null, bad UTF-8, an unknown type and `__proto__` on the events and acknowledgements, under load: parked, and everybody goes on',
  short: { 'of each': 2 },
  whole: { 'of each': 50 },
  async run(world, sizes) {
    const before = await parked(world);
    const load = await world.load({ next: await ownPeople(world), perSecond: 300 }, async (running) => {
      await running.more(200);
      await put(world, sizes['of each']);
      await running.more(200);
    });
    const wanted = before + UNREADABLE * sizes['of each'] * world.systems.length;
    await until(async () => (await parked(world)) >= wanted, { timeoutMs: 30_000, everyMs: 500, what: `${wanted - before} records to be parked` });
    const now = await parked(world);
    demand(now === wanted, `${now - before} records were parked instead of ${wanted - before}`);
    return `${UNREADABLE * sizes['of each']} bad records on each topic, ${now - before} parked by ${world.systems.length} systems, ${load.perSecond} changes a second`;
  },
});
