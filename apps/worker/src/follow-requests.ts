import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { LedgerEvent } from '#contracts';
import { Cursor, readSpan, type Bell, type Term } from '#outbox';
import { isRefused } from './post.js';
import { sendConfirmation, type ConfirmationOptions } from './send-confirmation.js';

const SPAN = 2_000;
const POLL_MS = 300;
const AGAIN_MS = 2_000;

export interface FollowOptions extends ConfirmationOptions {
  log: Logger;
  bell: Bell;
}

async function handle(options: FollowOptions, request: LedgerEvent): Promise<void> {
  try {
    if (await sendConfirmation(options, request)) options.log.info({ event: request.event, purpose: request.purpose }, 'confirmation mail sent');
  } catch (error) {
    if (!isRefused(error)) throw error;
    options.log.warn({ event: request.event, code: (error as { responseCode?: number }).responseCode }, 'the mail server refused a confirmation mail');
  }
}

/** Follows the log by index and sends a mail for each request; its position moves on only when the mails have gone out. */
export async function followRequests(options: FollowOptions, term: Term): Promise<void> {
  const { pool, ledger, log, bell } = options;
  const cursor = new Cursor(pool, ledger, 'confirmations', { role: 'worker', fencing: term.fencing });
  let next: number | undefined;
  while (!term.signal.aborted) {
    try {
      next ??= await cursor.read();
      const found = await readSpan(pool, ledger, { from: next, limit: SPAN, type: 'request-opened' });
      if (!found) {
        await bell.wait(POLL_MS, term.signal);
        continue;
      }
      for (const request of found.events) if (term.leads()) await handle(options, request);
      if (!term.leads()) return;
      next = found.last + 1;
      await cursor.move(next);
    } catch (error) {
      next = undefined;
      log.warn({ code: (error as { code?: string }).code, reason: (error as Error).name }, 'cannot send mails; trying again');
      await sleep(AGAIN_MS, undefined, { signal: term.signal }).catch(() => undefined);
    }
  }
}
