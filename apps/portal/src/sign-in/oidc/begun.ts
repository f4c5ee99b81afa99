import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../../store/in-transaction.js';
import type { Secrets } from './provider.js';

/** Where a sign-in began: in which browser, and in which network. */
export interface Beginning {
  browser: string;
  source: string;
}

/** Sign-ins that have begun: each for the browser that began it, for ten minutes, once. */
export interface Begun {
  /** Keeps the secrets of a sign-in; false where this source has begun too many. */
  keep(beginning: Beginning, secrets: Secrets): Promise<boolean>;
  /** Gives the secrets of a state to the browser that began it, and to it alone; the second time there are none. */
  take(browser: string, state: string): Promise<Secrets | undefined>;
  sweep(): Promise<void>;
}

export const BEGUN_MS = 10 * 60 * 1000;

/** So many begin within that time from one source, whatever becomes of them. */
const MOST = 60;

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The count must hold for sign-ins that begin at once: each source takes its turn. */
const TURN = 'SELECT pg_advisory_xact_lock(1869178979, hashtext($1))';
const COUNT = 'SELECT count(*)::int AS begun FROM portal.begun WHERE source = $1 AND expires_at > $2';
const INSERT = 'INSERT INTO portal.begun (state, browser, source, nonce, verifier, expires_at) VALUES ($1, $2, $3, $4, $5, $6)';
const TAKE = 'UPDATE portal.begun SET used = true WHERE state = $1 AND browser = $2 AND expires_at > $3 AND NOT used RETURNING nonce, verifier';

async function keep(client: PoolClient, { browser, source }: Beginning, { state, nonce, verifier }: Secrets): Promise<boolean> {
  await client.query(TURN, [source]);
  const now = Date.now();
  const { rows } = await client.query<{ begun: number }>(COUNT, [source, new Date(now)]);
  if ((rows[0]?.begun ?? 0) >= MOST) return false;
  await client.query(INSERT, [hashOf(state), hashOf(browser), source, nonce, verifier, new Date(now + BEGUN_MS)]);
  return true;
}

export const begunIn = (pool: Pool): Begun => ({
  keep: (beginning, secrets) => inTransaction(pool, (client) => keep(client, beginning, secrets)),
  async take(browser, state) {
    const { rows } = await pool.query<{ nonce: string; verifier: string }>(TAKE, [hashOf(state), hashOf(browser), new Date()]);
    return rows[0] && { state, ...rows[0] };
  },
  async sweep() {
    await pool.query('DELETE FROM portal.begun WHERE expires_at <= $1', [new Date()]);
  },
});
