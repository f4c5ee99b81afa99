import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { KafkaAccess } from '#consumer';
import type { Logger } from 'pino';
import { Bell, type Term } from '#outbox';
import type { Tokens } from '#vault';
import { Poster, type PosterOptions } from '#webhooks';
import { acknowledge } from './acknowledge.js';
import { BACK_OFF, type BackOff } from './back-off.js';
import { Delivery } from './deliver.js';

/** How soon a new webhook is noticed. */
const EVERY_MS = 2_000;
const ACTIVE = `SELECT w.system FROM webhooks w JOIN systems s ON s.ledger = w.ledger AND s.id = w.system WHERE w.ledger = $1 AND w.state = 'active' ORDER BY w.system`;

export interface WebhooksOptions {
  pool: Pool;
  ledger: number;
  log: Logger;
  tokens: Tokens;
  posting: PosterOptions;
  kafka?: KafkaAccess & { prefix: string };
  backOff?: BackOff;
}

/** Tells every system that has a webhook; each goes its own way, so that none holds up another. `ring` when the log has grown. */
export function webhooks(options: WebhooksOptions): { ring: () => void; run: (term: Term) => Promise<void> } {
  const { pool, ledger, log, backOff = BACK_OFF } = options;
  const bells = new Map<string, Bell>();
  const said = new Bell();

  async function deliver(system: string, poster: Poster, term: Term): Promise<void> {
    const bell = new Bell();
    bells.set(system, bell);
    try {
      await new Delivery({ ...options, poster, backOff, bell, onEnded: () => said.ring() }, system, term).run();
    } catch (error) {
      log.warn({ system, code: (error as { code?: string }).code, reason: (error as Error).name }, 'a webhook cannot be served; trying again');
    }
    bells.delete(system);
  }

  async function watch(poster: Poster, term: Term): Promise<void> {
    const running = new Map<string, Promise<void>>();
    while (!term.signal.aborted) {
      const { rows } = await pool.query<{ system: string }>(ACTIVE, [ledger]).catch(() => ({ rows: [] }));
      for (const { system } of rows) {
        if (!running.has(system)) running.set(system, deliver(system, poster, term).finally(() => running.delete(system)));
      }
      await sleep(EVERY_MS, undefined, { signal: term.signal }).catch(() => undefined);
    }
    await Promise.all(running.values());
  }

  return {
    ring: () => bells.forEach((bell) => bell.ring()),
    run: async (term) => {
      const poster = new Poster(options.posting);
      await Promise.all([watch(poster, term), acknowledge({ ...options, bell: said }, term)]);
      poster.close();
    },
  };
}
