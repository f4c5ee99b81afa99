import { createHash, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { Identity } from './sessions.js';

/** A new address that somebody wants to be found by, until he has shown that it is his. */
export interface Correction {
  person: string;
  /** What he was signed in by when he asked: at the end the ledger is asked again whose it is. */
  askedBy: Pick<Identity, 'kind' | 'value'>;
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
  kind: Identity['kind'];
  value: string;
  email: string;
  replaces: string | null;
}

const INSERT = 'INSERT INTO portal.corrections (id, person, email, replaces, expires_at, kind, value) VALUES ($1, $2, $3, $4, $5, $6, $7)';
/** One that was begun before it was kept who asked is over. */
const FIND = 'SELECT person, kind, value, email, replaces FROM portal.corrections WHERE id = $1 AND expires_at > $2 AND value IS NOT NULL';

const hashOf = (cookie: string): Buffer => createHash('sha256').update(cookie).digest();

/** Corrections that wait for a sign-in, in the portal's database; what is over by time is swept away with the next one. */
export function correctionsIn(pool: Pool): Corrections {
  return {
    async start({ person, askedBy, email, replaces }) {
      const cookie = randomBytes(32).toString('base64url');
      const now = Date.now();
      await pool.query('DELETE FROM portal.corrections WHERE expires_at <= $1', [new Date(now)]);
      await pool.query(INSERT, [hashOf(cookie), person, email, replaces ?? null, new Date(now + CORRECTION_MS), askedBy.kind, askedBy.value]);
      return cookie;
    },
    async find(cookie) {
      if (!cookie) return undefined;
      const { rows } = await pool.query<Row>(FIND, [hashOf(cookie), new Date()]);
      const [row] = rows;
      return row && { person: row.person, askedBy: { kind: row.kind, value: row.value }, email: row.email, replaces: row.replaces ?? undefined };
    },
    async end(cookie) {
      if (cookie) await pool.query('DELETE FROM portal.corrections WHERE id = $1', [hashOf(cookie)]);
    },
  };
}
