import { createHash, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';

/** A new address that somebody wants to be found by, until he has shown that it is his. */
export interface Correction {
  person: string;
  email: string;
  /** The identifier that it takes the place of. */
  replaces?: string;
}

export interface Corrections {
  /** Answers the value for a cookie: only the browser that asked can finish it. */
  start(correction: Correction): Promise<string>;
  find(cookie: string | undefined): Promise<Correction | undefined>;
  end(cookie: string | undefined): Promise<void>;
}

/** Long enough to open a mail. */
export const CORRECTION_MS = 15 * 60 * 1000;

interface Row {
  person: string;
  email: string;
  replaces: string | null;
}

const hashOf = (cookie: string): Buffer => createHash('sha256').update(cookie).digest();

/** Corrections that wait for a sign-in, in the portal's database; what is over by time is swept away with the next one. */
export function correctionsIn(pool: Pool): Corrections {
  return {
    async start({ person, email, replaces }) {
      const cookie = randomBytes(32).toString('base64url');
      const now = Date.now();
      await pool.query('DELETE FROM portal.corrections WHERE expires_at <= $1', [new Date(now)]);
      await pool.query('INSERT INTO portal.corrections (id, person, email, replaces, expires_at) VALUES ($1, $2, $3, $4, $5)', [hashOf(cookie), person, email, replaces ?? null, new Date(now + CORRECTION_MS)]);
      return cookie;
    },
    async find(cookie) {
      if (!cookie) return undefined;
      const { rows } = await pool.query<Row>('SELECT person, email, replaces FROM portal.corrections WHERE id = $1 AND expires_at > $2', [hashOf(cookie), new Date()]);
      const [row] = rows;
      return row && { person: row.person, email: row.email, replaces: row.replaces ?? undefined };
    },
    async end(cookie) {
      if (cookie) await pool.query('DELETE FROM portal.corrections WHERE id = $1', [hashOf(cookie)]);
    },
  };
}
