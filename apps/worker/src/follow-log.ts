import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { EventType, LedgerEvent } from '#contracts';
import { Bell, Cursor, type Term } from '#outbox';
import { Tail } from './tail.js';

const POLL_MS = 500;
const AGAIN_MS = 2_000;
/** Between two looks at a log that grows: what a job does may wait this long, and each look costs the same, full or empty. */
const GATHER_MS = 100;
/** While the log grows, a place behind which nothing was the job's is noted this often: it only saves a look. */
const NOTE_MS = 2_000;

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

interface FollowOptions {
  pool: Pool;
  ledger: number;
  log: Logger;
  bell: Bell;
  tail: Tail;
}

/** Follows the log for several jobs, each with its own place; `ring` wakes them all. */
export function followWith(options: Omit<FollowOptions, 'bell' | 'tail'>, jobs: readonly Job[]): { ring: () => void; run: (term: Term) => Promise<void> } {
  const followers = jobs.map((job) => ({ job, bell: new Bell() }));
  return {
    ring: () => followers.forEach(({ bell }) => bell.ring()),
    run: async (term) => {
      const tail = new Tail(options.pool, options.ledger, jobs.flatMap(({ types }) => types));
      await Promise.all(followers.map(({ job, bell }) => followLog({ ...options, bell, tail }, job, term)));
    },
  };
}

/** Tells whether all was done: not where this worker is unsure in between whether it leads, which it may do again a moment later. */
async function done(job: Job, events: LedgerEvent[], term: Term): Promise<boolean> {
  const steps = job.handleAll && events.length > 0 ? [() => job.handleAll?.(events)] : events.map((event) => () => job.handle(event));
  for (const step of steps) {
    if (!term.leads()) return false;
    await step();
  }
  return true;
}

/** Hands a job its events in order of the log; the position moves on only when all before it are done. */
async function followLog({ pool, ledger, log, bell, tail }: FollowOptions, job: Job, term: Term): Promise<void> {
  const cursor = new Cursor(pool, ledger, job.name, { role: 'worker', fencing: term.fencing, server: term.server });
  let next: number | undefined;
  let noted = { next: 0, at: -Infinity };
  const note = async (at: number): Promise<void> => {
    if (at > noted.next) await cursor.move(at);
    noted = { next: at, at: performance.now() };
  };
  while (!term.signal.aborted) {
    try {
      next ??= await cursor.read();
      const found = await tail.after(next, job.types);
      if (!found) {
        await note(next);
        await bell.wait(POLL_MS, term.signal);
        continue;
      }
      const isDone = await done(job, found.events, term);
      next = isDone ? found.last + 1 : undefined;
      if (next !== undefined && (found.events.length > 0 || performance.now() - noted.at > NOTE_MS)) await note(next);
      await sleep(GATHER_MS, undefined, { signal: term.signal }).catch(() => undefined);
    } catch (error) {
      next = undefined;
      log.warn({ job: job.name, code: (error as { code?: string }).code, reason: (error as Error).name }, 'a job cannot go on; trying again');
      await sleep(AGAIN_MS, undefined, { signal: term.signal }).catch(() => undefined);
    }
  }
}
