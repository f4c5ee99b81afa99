import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Secrets } from './provider.js';

/** Sign-ins that have begun and not come back yet: each for the browser that began it, for ten minutes, once. */
export interface Begun {
  keep(browser: string, secrets: Secrets): Promise<void>;
  /** Gives the secrets of a state to the browser that began it, and to it alone; the second time there are none. */
  take(browser: string, state: string): Promise<Secrets | undefined>;
  sweep(): Promise<void>;
}

export const BEGUN_MS = 10 * 60 * 1000;

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

export const begunIn = (pool: Pool): Begun => ({
  async keep(browser, { state, nonce, verifier }) {
    const values = [hashOf(state), hashOf(browser), nonce, verifier, new Date(Date.now() + BEGUN_MS)];
    await pool.query('INSERT INTO portal.begun (state, browser, nonce, verifier, expires_at) VALUES ($1, $2, $3, $4, $5)', values);
  },
  async take(browser, state) {
    const text = 'DELETE FROM portal.begun WHERE state = $1 AND browser = $2 AND expires_at > $3 RETURNING nonce, verifier';
    const { rows } = await pool.query<{ nonce: string; verifier: string }>(text, [hashOf(state), hashOf(browser), new Date()]);
    return rows[0] && { state, ...rows[0] };
  },
  async sweep() {
    await pool.query('DELETE FROM portal.begun WHERE expires_at <= $1', [new Date()]);
  },
});
