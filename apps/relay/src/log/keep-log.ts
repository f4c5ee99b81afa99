import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { LogForked } from '#log-folder';
import type { Bell, Term } from '#outbox';
import type { CheckpointWriter } from './checkpoint-writer.js';
import { LogRefused } from './log-refused.js';

const POLL_MS = 500;
/** At most one checkpoint in this time. */
const BETWEEN_MS = 1_000;
const AGAIN_MS = 1_000;
/** Whoever repairs what was refused finds it taken up within this time. */
const REFUSED_AGAIN_MS = 30_000;
/** A row of failures that goes on is told again after this time. */
const TOLD_AGAIN_MS = 300_000;

export interface KeepLogOptions {
  writer: CheckpointWriter;
  log: Logger;
  /** Rung when new indices stand. */
  grown: Bell;
  /** To be rung when a checkpoint was published. */
  signed: readonly Bell[];
}

/** Tells the first of a row of failures, that the row goes on, and every refusal. */
class Failures {
  private row: { since: number; toldAt: number } | undefined;

  constructor(private readonly log: Logger) {}

  /** Returns how long to wait before trying again. */
  tell(error: unknown): number {
    const reason = (error as Error).message;
    if (error instanceof LogRefused || error instanceof LogForked) {
      this.log.error({ reason }, 'no checkpoint is signed: the log contradicts what was signed before');
      return REFUSED_AGAIN_MS;
    }
    const now = performance.now();
    if (!this.row) {
      this.row = { since: now, toldAt: now };
      this.log.warn({ reason }, 'cannot sign a checkpoint; trying again');
    } else if (now - this.row.toldAt >= TOLD_AGAIN_MS) {
      this.row.toldAt = now;
      this.log.error({ reason, seconds: Math.round((now - this.row.since) / 1_000) }, 'the log is still not signed');
    }
    return AGAIN_MS;
  }

  end(): void {
    this.row = undefined;
  }
}

/** Signs a checkpoint whenever the log has grown, at most one a second, until the term ends. Sequencing and sending wait for none of it. */
export async function keepLog({ writer, log, grown, signed }: KeepLogOptions, term: Term): Promise<void> {
  const pause = (milliseconds: number): Promise<void> => sleep(milliseconds, undefined, { signal: term.signal }).catch(() => undefined);
  const failures = new Failures(log);
  while (!term.signal.aborted) {
    try {
      const began = performance.now();
      if (await writer.step(term)) {
        for (const bell of signed) bell.ring();
        await pause(Math.max(0, BETWEEN_MS - (performance.now() - began)));
      } else await grown.wait(POLL_MS, term.signal);
      failures.end();
    } catch (error) {
      if (term.signal.aborted) return;
      await pause(failures.tell(error));
    }
  }
}
