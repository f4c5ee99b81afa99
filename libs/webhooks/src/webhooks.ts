import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Tokens } from '#vault';
import { hostOf } from './reach.js';
import { newSecret } from './sign.js';

const DAY_MS = 24 * 60 * 60 * 1000;

const SET = `
INSERT INTO webhooks (ledger, system, url, state, secret, registration, next)
VALUES ($1, $2, $3, 'active', $4, $5, (SELECT coalesce(max(idx) + 1, 0) FROM leaves WHERE ledger = $1))
ON CONFLICT (ledger, system) DO UPDATE SET url = excluded.url, state = 'active', registration = excluded.registration
RETURNING secret`;
/** What failed before need not wait out its back-off, and has all its time again. */
const ANEW = `
UPDATE webhook_queue SET due_at = least(due_at, $3), first_at = NULL, tries = 0
WHERE ledger = $1 AND system = $2 AND state = 'waiting' AND (due_at > $3 OR first_at IS NOT NULL)`;
const ROTATE = `
UPDATE webhooks SET old_secret = secret, old_until = $4, secret = $3 WHERE ledger = $1 AND system = $2`;
const REMOVE = 'DELETE FROM webhooks WHERE ledger = $1 AND system = $2';
/** What the system acted on, or parked, and nobody has heard of yet is still told; its row goes with that, and is no other registration's. In this order: what is noted as parked in that moment is waited for, and goes. */
const FORGET = [`UPDATE webhook_queue SET state = 'delivered' WHERE ledger = $1 AND system = $2 AND state = 'given-up'`, `DELETE FROM webhook_queue WHERE ledger = $1 AND system = $2 AND state <> 'delivered'`, 'DELETE FROM webhook_counts WHERE ledger = $1 AND system = $2'];
const LIST = `
SELECT w.system, w.url, w.state,
  (SELECT count(*)::int FROM webhook_queue q WHERE q.ledger = w.ledger AND q.system = w.system AND q.state = 'waiting') AS waiting,
  (SELECT count(*)::int FROM webhook_queue q WHERE q.ledger = w.ledger AND q.system = w.system AND (q.state = 'given-up' OR q.state = 'parked')) AS parked
FROM webhooks w WHERE w.ledger = $1 ORDER BY w.system`;

export interface WebhookTables {
  pool: Pool;
  ledger: number;
  tokens: Tokens;
}

/** What may be shown of a webhook: not its secret, and no path, which can be one too. */
export interface ListedWebhook {
  host: string;
  /** `disabled`: the receiver answered 410 Gone. Registering it again enables it. */
  state: 'active' | 'disabled';
  /** Events in its queue. Those that the log holds behind it are not counted. */
  waiting: number;
  /** Events that were not delivered for three days, or that the receiver parked. */
  parked: number;
}

/** All of the work, or none. */
async function together<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** The secret that it has; the one given where it had none. What waits begins anew with it, or neither happens. */
const register = (pool: Pool, ledger: number, { system, url, sealed }: { system: string; url: string; sealed: string }): Promise<string | undefined> =>
  together(pool, async (client) => {
    const { rows } = await client.query<{ secret: string }>(SET, [ledger, system, url, sealed, randomUUID()]);
    await client.query(ANEW, [ledger, system, new Date()]);
    return rows[0]?.secret;
  });

/**
 * Gives a system a webhook, or registers again the one that it has, at the same address or another: it is then as new. It is
 * enabled, what waits is due at once and has three days from its first try, and what was sent before is no failure of it.
 * It is told what happens from the first time on. Gives the signing secret where one was made: on the first time, and with `rotate`; the secret
 * before then signs too for a day. The caller has checked the address.
 */
export async function setWebhook({ pool, ledger, tokens }: WebhookTables, { system, url, rotate }: { system: string; url: string; rotate: boolean }): Promise<string | undefined> {
  const secret = newSecret();
  const sealed = await tokens.sealShared(system, secret);
  if ((await register(pool, ledger, { system, url, sealed })) === sealed) return secret;
  if (!rotate) return undefined;
  await pool.query(ROTATE, [ledger, system, sealed, new Date(Date.now() + DAY_MS)]);
  return secret;
}

/**
 * Takes a system's webhook away and forgets what it was yet to be told, or neither. What it did before is still told. Tells whether there was one.
 * The webhook first: whoever takes up events for it, or gives one up, holds it, and is seen then.
 */
export const removeWebhook = ({ pool, ledger }: Omit<WebhookTables, 'tokens'>, system: string): Promise<boolean> =>
  together(pool, async (client) => {
    const { rowCount } = await client.query(REMOVE, [ledger, system]);
    for (const text of FORGET) await client.query(text, [ledger, system]);
    return rowCount === 1;
  });

/** The webhooks by system. */
export async function listWebhooks({ pool, ledger }: Omit<WebhookTables, 'tokens'>): Promise<Map<string, ListedWebhook>> {
  const { rows } = await pool.query<{ system: string; url: string; state: 'active' | 'disabled'; waiting: number; parked: number }>(LIST, [ledger]);
  return new Map(rows.map(({ system, url, ...counts }) => [system, { host: hostOf(url), ...counts }]));
}
