import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { wayInto, type KafkaAccess } from '#consumer';
import { topicsOf } from '#contracts';
import { Bell, Checkpoints, Cursor, noteRefill, pendingRefills, type Refill, type Term } from '#outbox';

const POLL_MS = 1_000;
const PAGE = 100;
const AGAIN_MS = 3_000;

export interface SendCheckpointsOptions extends KafkaAccess {
  pool: Pool;
  ledger: number;
  origin: string;
  prefix: string;
  log: Logger;
  /** Rung when a checkpoint was published in the log's folder. */
  signed: Bell;
  /** The size of the newest one there: nothing beyond it is sent. */
  published: () => number;
}

/** Sends each checkpoint once it stands in the log's folder, in order, at least once; signing never waits for it. */
export async function sendCheckpoints(options: SendCheckpointsOptions, term: Term): Promise<void> {
  const { log } = options;
  const kafka = new Kafka({ clientId: 'samtycke-relay-log', ...wayInto(options), logLevel: logLevel.NOTHING, connectionTimeout: 3_000, requestTimeout: 15_000, retry: { retries: 0 } });
  for (let failing = false; !term.signal.aborted; failing = true) {
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false, idempotent: false });
    try {
      await producer.connect();
      await follow(options, producer, term);
    } catch (error) {
      if (!failing) log.warn({ reason: (error as Error).message }, 'cannot send checkpoints; they wait');
      await sleep(AGAIN_MS, undefined, { signal: term.signal }).catch(() => undefined);
    } finally {
      await producer.disconnect().catch(() => undefined);
    }
  }
}

async function follow({ pool, ledger, origin, prefix, signed, published }: SendCheckpointsOptions, producer: Producer, term: Term): Promise<void> {
  const cursor = new Cursor(pool, ledger, 'checkpoints', { role: 'relay', fencing: term.fencing, server: term.server });
  const checkpoints = new Checkpoints(pool, ledger);
  const topic = topicsOf(prefix).checkpoints;
  // Checkpoints are few: a refill is one more pass over all of them.
  let refill: Refill | undefined;
  for (let next = await cursor.read(); !term.signal.aborted; ) {
    const some = await checkpoints.between(next, published(), PAGE);
    const last = some.at(-1);
    if (!last) {
      if (refill && next > 0) await noteRefill(pool, ledger, refill, term);
      const asked = (await pendingRefills(pool, ledger)).find((one) => one.topic === 'checkpoints');
      // Asked for again meanwhile, it begins again.
      if (asked && asked.request !== refill?.request) next = 0;
      else await signed.wait(POLL_MS, term.signal);
      refill = asked;
      continue;
    }
    if (!term.leads()) return;
    await producer.send({ topic, acks: -1, messages: some.map(({ note }) => ({ key: origin, value: note, headers: { 'content-type': 'text/plain; charset=utf-8' } })) });
    next = last.size + 1;
    await cursor.move(next);
  }
}
