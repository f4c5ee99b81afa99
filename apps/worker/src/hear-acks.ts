import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { connectKafka, gather, readTopic, type RawMessage } from '#consumer';
import { topicsOf } from '#contracts';
import type { Term } from '#outbox';
import { keepAcks, readAck } from '#propagation';

const SLICE = 5_000;
const NOTE_MS = 1_000;
const AGAIN_MS = 2_000;
/** A Kafka that does not answer keeps no worker from ending. */
const LEAVE_MS = 2_000;
/** What systems say is looked at a few times a second: it changes nothing that they have done. */
const GATHER = { bytes: 64 * 1024, milliseconds: 150 };

export interface HearOptions {
  pool: Pool;
  ledger: number;
  log: Logger;
  brokers: string[];
  prefix: string;
}

/** The time up to which every acknowledgement has been heard, as far as this worker can tell; undefined before the first look. */
export class Heard {
  upTo?: Date;
  private readonly behind = new Map<number, bigint>();

  at(partition: number, behind: bigint): void {
    this.behind.set(partition, behind);
    this.look();
  }

  look(): void {
    if ([...this.behind.values()].every((count) => count <= 0n)) this.upTo = new Date();
  }
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
  const { log, brokers, prefix } = options;
  const topic = topicsOf(prefix).acks;
  const next = new Map<number, string>();
  const keepTogether = gather<RawMessage>(SLICE, (messages) => keep(options, messages));
  const kafka = connectKafka('worker', brokers, log);
  const { consumer, broken } = await readTopic({
    kafka,
    groupId: `${prefix}samtycke-worker-acknowledgements`,
    topic,
    sessionTimeoutMs: 8_000,
    slice: SLICE,
    gather: GATHER,
    // Kafkajs tells of a fetch before it hands over what it brought: only then it is known who is behind.
    prepare: (one) => one.on(one.events.FETCH, () => void setImmediate(() => heard.look())),
    take: async (messages, { partition, highWatermark }) => {
      heard.at(partition, BigInt(highWatermark) - BigInt(messages[0]?.offset ?? highWatermark));
      const kept = await keepTogether(messages).then(() => true, () => false);
      if (!kept) return sleep(AGAIN_MS, false, { signal: term.signal }).catch(() => false);
      const offset = BigInt(messages.at(-1)?.offset ?? '-1') + 1n;
      next.set(partition, String(offset));
      heard.at(partition, BigInt(highWatermark) - offset);
      return true;
    },
  });
  const note = async (): Promise<void> => {
    const offsets = [...next].map(([partition, offset]) => ({ topic, partition, offset }));
    next.clear();
    if (offsets.length > 0) await consumer.commitOffsets(offsets).catch(() => undefined);
  };
  const timer = setInterval(() => void note(), NOTE_MS);
  const over = new Promise<void>((resolve) => term.signal.addEventListener('abort', () => resolve(), { once: true }));
  try {
    await Promise.race([broken, over]);
  } finally {
    clearInterval(timer);
    await note();
    await Promise.race([consumer.disconnect().catch(() => undefined), sleep(LEAVE_MS, undefined, { ref: false })]);
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
