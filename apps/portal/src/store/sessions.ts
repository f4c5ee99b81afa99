import { createHash, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';

/** How somebody signed in. */
export interface Identity {
  kind: 'email' | 'customer' | 'portal';
  value: string;
  /** What the page calls him by, where the value means nothing to people. */
  shown?: string;
}

/** What a sign-in leaves with its session, beside who it is. */
export interface SignIn {
  /** The provider's ID token: with it the provider knows whom to sign out. */
  idToken?: string;
  /** The token of the website's device that the visitor came with, to be linked once it is known who he is. */
  device?: string;
  /** The origin of the website that he came from with it. */
  site?: string;
}

export interface Session {
  /** Hash of the cookie's value; the value itself is known to the browser alone. */
  id: Buffer;
  identity: Identity;
  /** The person behind the identity, as last looked up; absent while the ledger knows nobody, and where it may be somebody else by now. */
  person?: string;
  /** A device that is still to be linked. */
  device?: string;
  /** The origin of the website that the visitor came from, as it was said then. */
  site?: string;
}

export interface Sessions {
  /** Starts a session under an id that nobody has known before; answers the value for the cookie. */
  start(identity: Identity, more?: SignIn): Promise<string>;
  find(cookie: string | undefined): Promise<Session | undefined>;
  /** Notes who stands behind the session. Where nobody does any more, who did is still kept: an erasure of his ends it, also one that was heard of before. */
  learn(session: Session, person: string | undefined): Promise<void>;
  /** Notes a device that is to be linked; `undefined` once it is. */
  bring(session: Session, device: string | undefined, site?: string): Promise<void>;
  /** A person's session goes on under what he is found by now. */
  rename(session: Pick<Session, 'id'> & { person: string }, identity: Identity): Promise<void>;
  /** Ends a session; answers the provider's ID token, where it began with one. */
  end(session: Session): Promise<string | undefined>;
  /** Which of these sessions have ended. */
  endedOf(ids: readonly Buffer[]): Promise<Buffer[]>;
  /** Removes what has ended by time. */
  sweep(): Promise<void>;
}

/** A session ends this long after it began, whatever happens in it. */
export const SESSION_MS = 12 * 60 * 60 * 1000;

interface Row {
  id: Buffer;
  kind: Identity['kind'];
  value: string;
  shown: string | null;
  person: string | null;
  device: string | null;
  site: string | null;
}

/** Under which a session is kept: its cookie's value is known to the browser alone. */
export const sessionId = (cookie: string): Buffer => createHash('sha256').update(cookie).digest();

const START = `
INSERT INTO portal.sessions (id, kind, value, shown, id_token, device, created_at, expires_at, site) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
const FIND = 'SELECT id, kind, value, shown, CASE WHEN stands THEN person END AS person, device, site FROM portal.sessions WHERE id = $1 AND expires_at > $2';
/** With the links that were asked for by the address. */
const END_OF_ERASED = `
WITH ended AS (DELETE FROM portal.sessions s USING samtycke_consumer.persons p WHERE s.id = $1 AND p.person = s.person AND p.erased RETURNING s.kind, s.value)
DELETE FROM portal.mail_asks a USING ended WHERE ended.kind = 'email' AND a.email = ended.value`;

/** Server-side sessions in the portal's database. */
export function sessionsIn(pool: Pool): Sessions {
  return {
    async start({ kind, value, shown }, { idToken, device, site } = {}) {
      const cookie = randomBytes(32).toString('base64url');
      const now = new Date();
      const ends = new Date(now.getTime() + SESSION_MS);
      await pool.query(START, [sessionId(cookie), kind, value, shown ?? null, idToken ?? null, device ?? null, now, ends, site ?? null]);
      return cookie;
    },
    async find(cookie) {
      if (!cookie) return undefined;
      const { rows } = await pool.query<Row>(FIND, [sessionId(cookie), new Date()]);
      const [row] = rows;
      return row && { id: row.id, identity: { kind: row.kind, value: row.value, shown: row.shown ?? undefined }, person: row.person ?? undefined, device: row.device ?? undefined, site: row.site ?? undefined };
    },
    async learn(session, person) {
      if (session.person === person) return;
      session.person = person;
      await pool.query('UPDATE portal.sessions SET person = coalesce($2, person), stands = $2 IS NOT NULL WHERE id = $1', [session.id, person ?? null]);
      if (person === undefined) await pool.query(END_OF_ERASED, [session.id]);
    },
    async bring(session, device, site) {
      session.device = device;
      await pool.query('UPDATE portal.sessions SET device = $2, site = coalesce($3, site) WHERE id = $1', [session.id, device ?? null, site ?? null]);
    },
    async rename({ id, person }, { kind, value, shown }) {
      await pool.query('UPDATE portal.sessions SET kind = $3, value = $4, shown = $5, stands = true WHERE id = $1 AND person = $2', [id, person, kind, value, shown ?? null]);
    },
    async end({ id }) {
      const { rows } = await pool.query<{ id_token: string | null }>('DELETE FROM portal.sessions WHERE id = $1 RETURNING id_token', [id]);
      return rows[0]?.id_token ?? undefined;
    },
    async endedOf(ids) {
      const { rows } = await pool.query<{ id: Buffer }>('SELECT id FROM unnest($1::bytea[]) asked (id) WHERE NOT EXISTS (SELECT FROM portal.sessions s WHERE s.id = asked.id AND s.expires_at > $2)', [ids, new Date()]);
      return rows.map(({ id }) => id);
    },
    async sweep() {
      await pool.query('DELETE FROM portal.sessions WHERE expires_at <= $1', [new Date()]);
    },
  };
}
