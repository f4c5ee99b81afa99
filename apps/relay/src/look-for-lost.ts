import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka, SeekEntry } from 'kafkajs';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { readBack, sentOf } from '#consumer';
import { endLook, noteLost, unknownOf, type SentEvent } from '#outbox';

const AGAIN_MS = 3_000;

interface Looking {
  pool: Pool;
  ledger: number;
  origin: string;
  prefix: string;
  kafka: Kafka;
  topic: string;
  log: Logger;
  /** What lies below this log index is not looked at (`beginLook`). */
  floor: number;
}

/** The newest of the events that were sent and that the ledger lacks. */
async function find({ pool, ledger, origin, prefix, kafka, topic, floor }: Looking, extents: (SeekEntry & { low: string; high: string })[], signal: AbortSignal): Promise<SentEvent[]> {
  for await (const page of readBack({ kafka, topic, group: `${prefix}samtycke-relay-lost-${ledger}`, extents, origin, floor, signal })) {
    const lost = await unknownOf(pool, ledger, page.map(sentOf));
    if (lost.length > 0) return lost;
  }
  return [];
}

/**
 * Looks whether the events topic holds what the ledger does not: the database was put back, or a standby took over, without what was
 * committed last, and systems act on it. It is said, and noted for `samtycke recover`, which settles it; sending goes on, and what
 * is recorded from now on is newer to every system. `extents`: where the topic ended before this leader sent anything. Tries until it is done or `signal` is aborted.
 */
export async function lookForLost(looking: Looking, extents: (SeekEntry & { low: string; high: string })[], signal: AbortSignal): Promise<void> {
  const { pool, ledger, log, floor } = looking;
  while (!signal.aborted) {
    try {
      const lost = await find(looking, extents, signal);
      if (signal.aborted) return;
      const [one] = lost;
      if (one) await noteLost(pool, ledger, floor);
      await endLook(pool, ledger, floor);
      if (!one) return;
      const { person, purpose, version } = one;
      log.error({ atLeast: lost.length, person, purpose, version }, 'systems were told of events that the ledger does not hold: the database lost what was committed last. `samtycke recover` lists and settles them');
      return;
    } catch (error) {
      if (!signal.aborted) log.warn({ reason: (error as Error).message }, 'cannot look for events that the ledger has lost; trying again');
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
