import type { Message } from 'kafkajs';
import type { Pool } from 'pg';
import { headerOf, ONLY_FOR, ORIGIN, readStretches, type RawMessage } from '#consumer';
import { CliError } from '../installation.js';
import type { Cluster } from '../kafka/cluster.js';
import type { Letter } from './letters.js';

/** Letters whose values are held at a time, in bytes of these. */
const PORTION = 16 * 1024 * 1024;

const TYPES = 'SELECT event, type FROM events WHERE ledger = $1 AND person = ANY ($2::uuid[]) AND event = ANY ($3::uuid[])';

/** The types of events whose letters come from the state topic, where records do not say them. */
async function typesOf(pool: Pool, ledger: number, letters: readonly Letter[]): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ event: string; type: string }>(TYPES, [ledger, letters.map(({ person }) => person), letters.map(({ event }) => event)]);
  return new Map(rows.map(({ event, type }) => [event, type]));
}

/** A message that was too large to be sent again, where it lies. */
async function atOrigin({ kafka, group }: Cluster, { number, topic, partition, offset }: Letter): Promise<RawMessage> {
  const admin = kafka.admin();
  await admin.connect();
  const extents = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect());
  const low = extents.find((one) => one.partition === partition)?.low ?? '0';
  if (BigInt(offset) < BigInt(low)) throw new CliError(`the message of letter ${number} is no longer in ${topic}`);
  const found: RawMessage[] = [];
  await readStretches({ kafka, topic, group, stretches: [{ partition, from: offset, to: String(BigInt(offset) + 1n) }], take: (raw) => found.push(raw) });
  const [message] = found;
  if (!message) throw new CliError(`the message of letter ${number} is no longer in ${topic}`);
  return message;
}

/** The letters in portions, in the order in which they were parked. */
function portionsOf(letters: readonly Letter[]): Letter[][] {
  const portions: Letter[][] = [];
  let [portion, bytes]: [Letter[], number] = [[], 0];
  for (const letter of [...letters].sort((one, other) => Number(BigInt(one.number) - BigInt(other.number)))) {
    if (portion.length === 0 || bytes + letter.bytes > PORTION) {
      [portion, bytes] = [[], 0];
      portions.push(portion);
    }
    portion.push(letter);
    bytes += letter.bytes;
  }
  return portions;
}

/** What was parked, by the letter's number; the dead topic has one partition. */
async function messagesOf({ kafka, topics, group }: Cluster, portion: readonly Letter[]): Promise<Map<string, RawMessage>> {
  const numbers = new Set(portion.map(({ number }) => number));
  const found = new Map<string, RawMessage>();
  const [from = '0', last = '0'] = [portion[0]?.number, portion.at(-1)?.number];
  const take = (raw: RawMessage): void => void (numbers.has(raw.offset) && found.set(raw.offset, raw));
  await readStretches({ kafka, topic: topics.dead, group, stretches: [{ partition: 0, from, to: String(BigInt(last) + 1n) }], take });
  return found;
}

async function messageOf(cluster: Cluster, letter: Letter, raw: RawMessage | undefined, types: ReadonlyMap<string, string>): Promise<Message> {
  const { system, partition, topic, number, person, event, origin } = letter;
  if (!raw) throw new CliError(`letter ${number} is no longer in ${cluster.topics.dead}`);
  const { key, value, headers: given = {} } = headerOf(raw, 'dead_value') === undefined ? raw : await atOrigin(cluster, letter);
  const headers = Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith('dead_')).map(([name, held]) => [name, held ?? '']));
  const put: Message = { key, value, partition, headers: { ...headers, [ONLY_FOR]: system, [ORIGIN]: origin } };
  if (topic !== cluster.topics.state) return put;
  const type = types.get(event ?? '');
  if (type === undefined || person === undefined || value === null) throw new CliError(`letter ${number} is of the state topic, and the ledger has no event behind it`);
  return { ...put, key: person, headers: { ...put.headers, ce_type: type } };
}

/**
 * Puts letters back on the events topic, each for its own system alone, in the order in which they were parked. One from
 * the state topic comes as the event behind it. Returns why some cannot be, a sentence each.
 */
export async function putBack(cluster: Cluster, { pool, ledger }: { pool: Pool; ledger: number }, letters: readonly Letter[]): Promise<string[]> {
  const types = await typesOf(pool, ledger, letters.filter(({ topic, event, person }) => topic === cluster.topics.state && event !== undefined && person !== undefined));
  const unfit: string[] = [];
  const producer = cluster.kafka.producer({ allowAutoTopicCreation: false, idempotent: false, maxInFlightRequests: 1 });
  const send = async (letter: Letter, raw: RawMessage | undefined): Promise<void> => {
    const message = await messageOf(cluster, letter, raw, types);
    const [taken] = await producer.send({ topic: cluster.topics.events, messages: [message], acks: -1 });
    // kafkajs leaves out, without a word, what is for a partition that it does not know of.
    if (!taken) throw new CliError(`letter ${letter.number} came from partition ${letter.partition}, and ${cluster.topics.events} has none of that number`);
  };
  await producer.connect();
  try {
    for (const portion of portionsOf(letters)) {
      const parked = await messagesOf(cluster, portion);
      for (const letter of portion) {
        await send(letter, parked.get(letter.number)).catch((error: unknown) => {
          if (!(error instanceof CliError)) throw error;
          unfit.push(error.message);
        });
      }
    }
  } finally {
    await producer.disconnect();
  }
  return unfit;
}
