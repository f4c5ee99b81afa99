import { setTimeout as sleep } from 'node:timers/promises';
import { Partitioners, type Admin, type Kafka, type Producer } from 'kafkajs';
import type { Pool } from 'pg';
import { headerOf, readStretches, type RawMessage } from '#consumer';
import { messageData, messageHeaders, topicsOf } from '#contracts';
import { batchesOf, indexAt, LATE_MS, logSize, readLog, type Leaf } from '#outbox';
import { CliError } from '../installation.js';
import { makeTopic } from './make-topic.js';

const PAGE = 500;
/** More than key and headers of a message take, in bytes. */
const HEADERS = 1_500;
const LOOK_MS = 30_000;

export interface ReplayPlan {
  topic: string;
  prefix: string;
  replicas: number;
  /** The ledger's. */
  origin: string;
  /** Names this replay in the header `replay`. */
  id: string;
  /** Only what was recorded from here on, and before `to`; in the ledger's own form. */
  from?: string;
  to?: string;
  /** Begins at this index of the log: how a replay that was cut off goes on. */
  fromIndex?: number;
  /** Events a second at most; without it as fast as it goes. */
  rate?: number;
  /** How long reading what the topic's ends hold may take; without it half a minute. */
  lookMs?: number;
  show(index: number, end: number, sent: number): void;
}

/** The names of every ledger's topics, whatever stands before them. */
const isALedgers = (topic: string): boolean => Object.values(topicsOf()).some((name) => topic.endsWith(name));

/** What goes on does so behind a replay of this ledger: the last message of each partition says so. */
async function demandReplay(kafka: Kafka, { topic, prefix, origin, lookMs = LOOK_MS }: ReplayPlan, extents: Awaited<ReturnType<Admin['fetchTopicOffsets']>>): Promise<void> {
  const last = extents.filter(({ low, high }) => low !== high).map(({ partition, high }) => ({ partition, from: String(BigInt(high) - 1n), to: high }));
  let [read, own] = [0, 0];
  const take = (raw: RawMessage): void => {
    read += 1;
    if (headerOf(raw, 'replay') !== undefined && headerOf(raw, 'ce_source') === `https://${origin}`) own += 1;
  };
  await readStretches({ kafka, topic, group: `${prefix}samtycke-cli`, stretches: last, take, signal: AbortSignal.timeout(lookMs) });
  // A place that holds no message, such as the end of a transaction, is handed to nobody: nor is one of a Kafka that is slow.
  if (own === read && read < last.length) throw new CliError(`the last messages of ${topic} could not be read within ${lookMs / 1_000} seconds, so nothing was sent: try again where Kafka is slow; a topic that others write to in transactions is no replay’s`);
  if (own < last.length) throw new CliError(`${topic} holds what is no replay of this ledger: --from-index goes on in the topic that was cut off`);
}

async function prepare(kafka: Kafka, plan: ReplayPlan): Promise<void> {
  const { topic, replicas, fromIndex } = plan;
  if (isALedgers(topic)) throw new CliError(`${topic} belongs to everybody: a replay goes to a topic of the system's own`);
  const admin = kafka.admin();
  await admin.connect();
  try {
    if (await makeTopic(admin, topic, replicas)) return;
    const extents = await admin.fetchTopicOffsets(topic);
    if (fromIndex !== undefined) return await demandReplay(kafka, plan, extents);
    if (extents.some(({ high }) => high !== '0')) throw new CliError(`${topic} holds messages already: name a new one, or go on with --from-index`);
  } finally {
    await admin.disconnect();
  }
}

const wanted = ({ from, to }: ReplayPlan) => ({ event: { recordedAt } }: Leaf): boolean => (from === undefined || recordedAt >= from) && (to === undefined || recordedAt < to);

const isOver = ({ to }: ReplayPlan, leaves: readonly Leaf[]): boolean => to !== undefined && leaves.every(({ event }) => Date.parse(event.recordedAt) > Date.parse(to) + LATE_MS);

async function send(producer: Producer, { topic, id }: ReplayPlan, leaves: Leaf[]): Promise<void> {
  const messages = leaves.map(({ event, hash, index }) => ({ key: event.person, value: JSON.stringify(messageData(event, hash)), headers: { ...messageHeaders(event, index), replay: id } }));
  // All may lie on one partition.
  for (const some of batchesOf(messages, () => 0, ({ value }) => Buffer.byteLength(value) + HEADERS)) await producer.send({ topic, messages: some, acks: -1 });
}

/** Waits as long as it takes for `sent` events since `started` not to be more than the rate allows. */
async function keepTo(rate: number | undefined, sent: number, started: number): Promise<void> {
  const due = rate === undefined ? 0 : started + (sent * 1_000) / rate;
  if (due > performance.now()) await sleep(due - performance.now());
}

/**
 * Sends the log, or a stretch of it, to a topic of a system's own: the same messages in the same order, each with the header
 * `replay`. Nothing else is touched. Ends at what the log holds when it begins. Returns how many it sent; an error carries
 * `index`, from which it can go on, repeating a page at most.
 */
export async function sendReplay(kafka: Kafka, pool: Pool, ledger: number, plan: ReplayPlan): Promise<number> {
  await prepare(kafka, plan);
  const end = await logSize(pool, ledger);
  const page = Math.max(1, Math.min(PAGE, plan.rate ?? PAGE));
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false, idempotent: false });
  await producer.connect();
  let [next, sent] = [plan.fromIndex ?? (plan.from ? await indexAt(pool, ledger, new Date(plan.from), end) : 0), 0];
  const started = performance.now();
  try {
    while (next < end) {
      const leaves = (await readLog(pool, ledger, next, Math.min(page, end - next))).map(({ index, hash, event }) => ({ index, hash, event }));
      if (leaves.length === 0 || isOver(plan, leaves)) break;
      const some = leaves.filter(wanted(plan));
      await send(producer, plan, some);
      [next, sent] = [next + leaves.length, sent + some.length];
      plan.show(next, end, sent);
      await keepTo(plan.rate, sent, started);
    }
  } catch (error) {
    throw Object.assign(error as Error, { index: next });
  } finally {
    await producer.disconnect();
  }
  return sent;
}
