import type { Pool } from 'pg';
import type { Tokens } from '#vault';
import { hostOf } from './reach.js';
import { newSecret } from './sign.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** `anew`: it was disabled, or led elsewhere. */
const SET = `
WITH before AS MATERIALIZED (SELECT url, state FROM webhooks WHERE ledger = $1 AND system = $2)
INSERT INTO webhooks (ledger, system, url, state, secret, next)
VALUES ($1, $2, $3, 'active', $4, (SELECT coalesce(max(idx) + 1, 0) FROM leaves WHERE ledger = $1))
ON CONFLICT (ledger, system) DO UPDATE SET url = excluded.url, state = 'active'
RETURNING secret, EXISTS (SELECT FROM before WHERE url <> $3 OR state <> 'active') AS anew`;
/** A corrected address need not wait out the back-off of the wrong one, and what failed there has all its time again. */
const FORWARD = `
UPDATE webhook_queue SET due_at = least(due_at, $3), first_at = CASE WHEN $4 THEN NULL ELSE first_at END, tries = CASE WHEN $4 THEN 0 ELSE tries END
WHERE ledger = $1 AND system = $2 AND state = 'waiting' AND (due_at > $3 OR $4 AND first_at IS NOT NULL)`;
const ROTATE = `
UPDATE webhooks SET old_secret = secret, old_until = $4, secret = $3 WHERE ledger = $1 AND system = $2`;
const REMOVE = 'DELETE FROM webhooks WHERE ledger = $1 AND system = $2';
const EMPTY = ['DELETE FROM webhook_queue WHERE ledger = $1 AND system = $2', 'DELETE FROM webhook_counts WHERE ledger = $1 AND system = $2'];
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

/**
 * Gives a system a webhook, or another address to the one it has; enables one that was disabled; what waits is then due at once,
 * and has three days from its first try there.
 * It is told what happens from the first time on. Gives the signing secret where one was made: on the first time, and with `rotate`; the secret
 * before then signs too for a day. The caller has checked the address.
 */
export async function setWebhook({ pool, ledger, tokens }: WebhookTables, { system, url, rotate }: { system: string; url: string; rotate: boolean }): Promise<string | undefined> {
  const secret = newSecret();
  const sealed = await tokens.sealShared(system, secret);
  const { rows } = await pool.query<{ secret: string; anew: boolean }>(SET, [ledger, system, url, sealed]);
  if (rows[0]?.secret === sealed) return secret;
  await pool.query(FORWARD, [ledger, system, new Date(), rows[0]?.anew]);
  if (!rotate) return undefined;
  await pool.query(ROTATE, [ledger, system, sealed, new Date(Date.now() + DAY_MS)]);
  return secret;
}

/** Takes a system's webhook away, and forgets what it was yet to be told. Tells whether there was one. */
export async function removeWebhook({ pool, ledger }: Omit<WebhookTables, 'tokens'>, system: string): Promise<boolean> {
  const { rowCount } = await pool.query(REMOVE, [ledger, system]);
  for (const text of EMPTY) await pool.query(text, [ledger, system]);
  return rowCount === 1;
}

/** The webhooks by system. */
export async function listWebhooks({ pool, ledger }: Omit<WebhookTables, 'tokens'>): Promise<Map<string, ListedWebhook>> {
  const { rows } = await pool.query<{ system: string; url: string; state: 'active' | 'disabled'; waiting: number; parked: number }>(LIST, [ledger]);
  return new Map(rows.map(({ system, url, ...counts }) => [system, { host: hostOf(url), ...counts }]));
}
