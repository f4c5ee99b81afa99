import { createHash, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';

/** How somebody signed in. */
export interface Identity {
  kind: 'email' | 'customer';
  value: string;
}

export interface Session {
  /** Hash of the cookie's value; the value itself is known to the browser alone. */
  id: Buffer;
  identity: Identity;
  /** The person behind the identity, as last looked up; absent while the ledger knows nobody. */
  person?: string;
}

export interface Sessions {
  /** Starts a session; answers the value for the cookie. */
  start(identity: Identity): Promise<string>;
  find(cookie: string | undefined): Promise<Session | undefined>;
  /** Notes who stands behind the session. */
  learn(session: Session, person: string | undefined): Promise<void>;
  end(session: Session): Promise<void>;
  /** Removes what has ended by time. */
  sweep(): Promise<void>;
}

/** A session ends this long after it began, whatever happens in it. */
export const SESSION_MS = 12 * 60 * 60 * 1000;

interface Row {
  id: Buffer;
  kind: Identity['kind'];
  value: string;
  person: string | null;
}

const hashOf = (cookie: string): Buffer => createHash('sha256').update(cookie).digest();

/** Server-side sessions in the portal's database. */
export function sessionsIn(pool: Pool): Sessions {
  return {
    async start({ kind, value }) {
      const cookie = randomBytes(32).toString('base64url');
      const now = new Date();
      const ends = new Date(now.getTime() + SESSION_MS);
      await pool.query('INSERT INTO portal.sessions (id, kind, value, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)', [hashOf(cookie), kind, value, now, ends]);
      return cookie;
    },
    async find(cookie) {
      if (!cookie) return undefined;
      const { rows } = await pool.query<Row>('SELECT id, kind, value, person FROM portal.sessions WHERE id = $1 AND expires_at > $2', [hashOf(cookie), new Date()]);
      const [row] = rows;
      return row && { id: row.id, identity: { kind: row.kind, value: row.value }, person: row.person ?? undefined };
    },
    async learn(session, person) {
      if (session.person === person) return;
      session.person = person;
      await pool.query('UPDATE portal.sessions SET person = $2 WHERE id = $1', [session.id, person ?? null]);
    },
    async end({ id }) {
      await pool.query('DELETE FROM portal.sessions WHERE id = $1', [id]);
    },
    async sweep() {
      await pool.query('DELETE FROM portal.sessions WHERE expires_at <= $1', [new Date()]);
    },
  };
}
