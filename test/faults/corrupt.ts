import { Kafka, logLevel, type Message } from 'kafkajs';
import { messageData, messageHeaders, stateKey, topicsOf, type LedgerEvent } from '#contracts';
import { leafHash } from '#proof';
import { leftOf, readTopic } from '#testing';
import { sha256 } from '#vault';
import { demand } from './experiment.js';
import { decisionOf, someone } from './people.js';
import type { World } from './world.js';

const hashOf = (bytes: Buffer): string => Buffer.from(leafHash(sha256, bytes)).toString('hex');

interface Row extends Record<string, unknown> {
  person: string;
  seq: number;
  bytes: Buffer;
}

/** An event as a test reads it from the ledger. */
export interface ReadEvent extends LedgerEvent {
  hash: string;
}

async function eventsOf(world: World, person: string): Promise<[ReadEvent, ReadEvent]> {
  const rows = await world.query<Row>('SELECT person, seq, bytes FROM events WHERE person = $1 ORDER BY seq', [person]);
  const [one, two] = rows.map(({ bytes }): ReadEvent => ({ ...(JSON.parse(bytes.toString('utf8')) as LedgerEvent), hash: hashOf(bytes) }));
  demand(one !== undefined && two !== undefined, `${person} has ${rows.length} events`);
  return [one, two];
}

async function personOf(world: World, body: object): Promise<string> {
  const answer = await world.call('/v1/consents', body, world.ledger.keys['consents:write'] ?? '');
  demand(answer.status === 201, `a change was answered ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.person as string;
}

/** The two events of a person who gives a consent and takes it back: versions 1 and 2 of one stream. */
export async function giveAndTake(world: World): Promise<[ReadEvent, ReadEvent]> {
  const email = someone();
  await personOf(world, decisionOf(world, { email }, true).body);
  return eventsOf(world, await personOf(world, decisionOf(world, { email }, false).body));
}

/** The two events of a person who refuses two purposes: the first versions of two streams. */
export async function refuseTwo(world: World): Promise<[ReadEvent, ReadEvent]> {
  const decisions = ['newsletter', 'analytics-segmentation'].map((purpose) => ({ purpose, decision: 'refuse' }));
  return eventsOf(world, await personOf(world, { subject: { email: someone() }, decisions }));
}

/** The index that the next event will get; everything before has been sent. */
export async function nextIndex(world: World): Promise<number> {
  const { waiting, given, sent } = await leftOf(world.ledgerUrl);
  demand(waiting === 0 && sent === given, 'something waits');
  return given;
}

/** The relay's message of an event. */
export function messageOf({ hash, ...event }: ReadEvent, index: number): Message {
  return { key: event.person, value: JSON.stringify(messageData(event, hash)), headers: { ...messageHeaders(event, index) } };
}

/** The state that follows from an event. */
export const stateOf = (event: ReadEvent): Message & { key: string } => ({ key: stateKey(event.person, event.purpose), value: messageOf(event, 0).value });

/** The partition in which the records of a key of the state topic lie. */
export async function partitionOf(world: World, key: string): Promise<number> {
  let found: number | undefined;
  await readTopic(world.brokers, topicsOf().state, (record) => {
    if (record.key === key) found = record.partition;
  });
  demand(found !== undefined, `the state topic holds nothing of ${key}`);
  return found;
}

/** Puts records on a topic, one after the other. */
export async function put(world: World, topic: string, ...messages: Message[]): Promise<void> {
  const producer = new Kafka({ brokers: [world.brokers], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  for (const message of messages) await producer.send({ topic, messages: [message] });
  await producer.disconnect();
}

/** A second event, late in the log, says that it follows another one than it does, in its bytes, in the table of leaves and in the columns alike. Gives its person. */
export async function breakChain(world: World): Promise<string> {
  const [{ person, bytes } = { person: '', bytes: Buffer.of() }] = await world.query<Row>(`SELECT person, seq, bytes FROM events JOIN leaves USING (ledger, person, seq)
    WHERE purpose = 'newsletter' AND version = 2 AND seq = 2 ORDER BY idx DESC LIMIT 1`);
  const { prev = '' } = JSON.parse(bytes.toString('utf8')) as LedgerEvent;
  const broken = Buffer.from(bytes.toString('utf8').replace(prev, hashOf(bytes)));
  await world.query('UPDATE events SET bytes = $2 WHERE person = $1 AND seq = 2', [person, broken]);
  await world.query('UPDATE leaves SET hash = $2 WHERE person = $1 AND seq = 2', [person, Buffer.from(hashOf(broken), 'hex')]);
  return person;
}

/** The log loses an index. Gives which. */
export async function removeIndex(world: World): Promise<number> {
  const [row] = await world.query<{ idx: string }>('DELETE FROM leaves WHERE idx = (SELECT max(idx) / 2 FROM leaves) RETURNING idx');
  return Number(row?.idx);
}
