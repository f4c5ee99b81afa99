import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { connectKafka, gather, readTopic, type KafkaAccess, type RawMessage } from '#consumer';
import { topicsOf } from '#contracts';
import type { Term } from '#outbox';
import { keepAcks, readAck } from '#propagation';
import { lookForEnds, type Heard } from './heard.js';

const SLICE = 5_000;
const NOTE_MS = 1_000;
const AGAIN_MS = 2_000;
/** A Kafka that does not answer keeps no worker from ending. */
const LEAVE_MS = 2_000;
/** What systems say is looked at a few times a second: it changes nothing that they have done. */
const GATHER = { bytes: 64 * 1024, milliseconds: 150 };

export interface HearOptions extends KafkaAccess {
  pool: Pool;
  ledger: number;
  log: Logger;
  prefix: string;
}

async function keep({ pool, ledger, log }: HearOptions, messages: readonly RawMessage[]): Promise<void> {
  const acks = messages.map(({ value }) => readAck(value));
  const strange = acks.filter((ack) => ack === undefined).length;
  if (strange > 0) log.warn({ count: strange }, 'these are no acknowledgements; passed over');
  try {
    const { unknown } = await keepAcks(pool, ledger, acks.filter((ack) => ack !== undefined));
    if (unknown > 0) log.warn({ count: unknown }, 'acknowledgements name an event, person, purpose and version that do not belong together; not believed');
  } catch (error) {
    log.warn({ code: (error as { code?: string }).code }, 'acknowledgements cannot be kept; trying again');
    throw error;
  }
}

/** Reads the acknowledgements until something breaks or the term ends. */
async function hear(options: HearOptions, term: Term, heard: Heard): Promise<void> {
  const { log, prefix } = options;
  const topic = topicsOf(prefix).acks;
  const next = new Map<number, string>();
  const keptTo = (partition: number, offset: bigint): void => {
    next.set(partition, String(offset));
    heard.keptTo(partition, offset);
  };
  const keepTogether = gather<RawMessage>(SLICE, (messages) => keep(options, messages));
  const kafka = connectKafka('worker', options, log);
  const groupId = `${prefix}samtycke-worker-acknowledgements`;
  heard.begin();
  const { consumer, broken } = await readTopic({
    kafka,
    groupId,
    topic,
    sessionTimeoutMs: 8_000,
    slice: SLICE,
    gather: GATHER,
    take: async (messages, batch) => {
      const { partition } = batch;
      const kept = await keepTogether(messages).then(() => true, () => false);
      if (!kept) return sleep(AGAIN_MS, false, { signal: term.signal }).catch(() => false);
      const last = messages.at(-1)?.offset ?? '-1';
      // Behind the last message there may be the mark of a transaction, which nobody is handed.
      keptTo(partition, BigInt(last === batch.messages.at(-1)?.offset ? batch.lastOffset() : last) + 1n);
      return true;
    },
    // Of what holds marks and transactions that were given up alone, nothing is handed over at all.
    prepare: (made) =>
      made.on(made.events.END_BATCH_PROCESS, ({ payload: { batchSize, partition, lastOffset } }) => {
        if (batchSize === 0) keptTo(partition, BigInt(lastOffset) + 1n);
      }),
  });
  const note = async (): Promise<void> => {
    const offsets = [...next].map(([partition, offset]) => ({ topic, partition, offset }));
    next.clear();
    if (offsets.length > 0) await consumer.commitOffsets(offsets).catch(() => undefined);
  };
  const timer = setInterval(() => void note(), NOTE_MS);
  const over = new Promise<void>((resolve) => term.signal.addEventListener('abort', () => resolve(), { once: true }));
  const ended = new AbortController();
  const looking = lookForEnds({ kafka, groupId, topic, heard }, ended.signal);
  try {
    await Promise.race([broken, over]);
  } finally {
    clearInterval(timer);
    ended.abort();
    await note();
    await Promise.race([Promise.all([consumer.disconnect().catch(() => undefined), looking]), sleep(LEAVE_MS, undefined, { ref: false })]);
  }
}

/** Keeps what systems acknowledge, for as long as this worker leads; what it did not note comes again, and is kept once. */
export async function hearAcks(options: HearOptions, term: Term, heard: Heard): Promise<void> {
  for (let told = false; !term.signal.aborted; ) {
    try {
      await hear(options, term, heard);
      told = false;
    } catch (error) {
      if (!told && !term.signal.aborted) options.log.warn({ reason: (error as Error).message }, 'acknowledgements cannot be read; trying again');
      told = true;
      await sleep(AGAIN_MS, undefined, { signal: term.signal }).catch(() => undefined);
    }
  }
}
