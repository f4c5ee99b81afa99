import type { Pool } from 'pg';
import { SESSION_MS } from './sessions.js';

/** A press that erases, and who was meant by it. */
export interface ErasureMark {
  /** The id of the session in which it was pressed. */
  session: Buffer;
  /** The key of the press. */
  key: string;
  person: string;
}

/**
 * Erasures that were sent to the ledger, in the portal's database. Once one is done nobody is found by his address, and his session is gone:
 * a browser whose answer was lost learns by its mark what became of it. Nothing in a mark names anybody.
 */
export interface Erasures {
  /** Noted before the ledger is asked; the same press again changes nothing. */
  begin(mark: ErasureMark): Promise<void>;
  /** Whom a press was about. */
  find(press: Omit<ErasureMark, 'person'>): Promise<string | undefined>;
  /** Removes what nobody will ask for any more. */
  sweep(): Promise<void>;
}

export const erasuresIn = (pool: Pool): Erasures => ({
  async begin({ session, key, person }) {
    await pool.query('INSERT INTO portal.erasures (session, key, person, begun_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [session, key, person, new Date()]);
  },
  async find({ session, key }) {
    const { rows } = await pool.query<{ person: string }>('SELECT person FROM portal.erasures WHERE session = $1 AND key = $2', [session, key]);
    return rows[0]?.person;
  },
  async sweep() {
    await pool.query('DELETE FROM portal.erasures WHERE begun_at <= $1', [new Date(Date.now() - SESSION_MS)]);
  },
});
