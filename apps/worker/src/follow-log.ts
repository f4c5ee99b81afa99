import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { EventType, LedgerEvent } from '#contracts';
import { Cursor, readSpan, type Bell, type Term } from '#outbox';

const SPAN = 2_000;
const POLL_MS = 300;
const AGAIN_MS = 2_000;
/** Between two looks at a log that grows: what a job does may wait this long, and each look costs the same, full or empty. */
const GATHER_MS = 100;

/** A job that follows the log: what it does for an event it must be able to do twice. */
export interface Job {
  /** Names its position. */
  name: string;
  types: readonly EventType[];
  /** Throws when it cannot be done now; then it is tried again, and nothing behind it is done before. */
  handle(event: LedgerEvent): Promise<void>;
  /** Instead of `handle`, for a job that takes a stretch of the log at once. */
  handleAll?(events: LedgerEvent[]): Promise<void>;
}

export interface FollowOptions {
  pool: Pool;
  ledger: number;
  log: Logger;
  bell: Bell;
}

async function done(job: Job, events: LedgerEvent[], term: Term): Promise<void> {
  if (!job.handleAll) for (const event of events) if (term.leads()) await job.handle(event);
  if (job.handleAll && events.length > 0 && term.leads()) await job.handleAll(events);
}

/** Hands a job its events in order of the log; the position moves on only when all before it are done. */
export async function followLog({ pool, ledger, log, bell }: FollowOptions, job: Job, term: Term): Promise<void> {
  const cursor = new Cursor(pool, ledger, job.name, { role: 'worker', fencing: term.fencing });
  let next: number | undefined;
  while (!term.signal.aborted) {
    try {
      next ??= await cursor.read();
      const found = await readSpan(pool, ledger, { from: next, limit: SPAN, types: job.types });
      if (!found) {
        await bell.wait(POLL_MS, term.signal);
        continue;
      }
      await done(job, found.events, term);
      if (!term.leads()) return;
      next = found.last + 1;
      await cursor.move(next);
      await sleep(GATHER_MS, undefined, { signal: term.signal }).catch(() => undefined);
    } catch (error) {
      next = undefined;
      log.warn({ job: job.name, code: (error as { code?: string }).code, reason: (error as Error).name }, 'a job cannot go on; trying again');
      await sleep(AGAIN_MS, undefined, { signal: term.signal }).catch(() => undefined);
    }
  }
}
