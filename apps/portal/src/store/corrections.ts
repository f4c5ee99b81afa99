import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { Pool } from 'pg';
import { LINK_MS } from '../sign-in/mail/asks.js';
import type { Identity } from './sessions.js';

/** A new address that somebody wants to be found by. */
export interface Wanted {
  person: string;
  /** What he was signed in by when he asked: at the end the ledger is asked again whose it is. */
  askedBy: Pick<Identity, 'kind' | 'value'>;
  /** The session in which he asked. */
  session: Buffer;
  email: string;
  /** The identifier that it takes the place of. */
  replaces?: string;
}

/** One that waits until the address was shown to be his own. */
export interface Correction extends Wanted {
  id: Buffer;
  /** What whoever opens the link in another browser must know from the page of the one who asked. */
  code: string;
}

export interface Corrections {
  /** Begins one; another one of the same session is over. */
  start(wanted: Wanted): Promise<Buffer>;
  /** The one that a session waits for. */
  of(session: Buffer): Promise<Correction | undefined>;
  /** The one that a mailed link is about; changes nothing. */
  behind(link: string): Promise<Correction | undefined>;
  /** Whether the code is right; a wrong one counts, and after five the correction is over. */
  isRight(correction: Correction, code: string): Promise<boolean>;
  end(id: Buffer): Promise<void>;
  /** Removes what is over by time: the address may be somebody else's, who never asked for anything. */
  sweep(): Promise<void>;
}

/** A mail may take its time before its link begins to. */
const CORRECTION_MS = 2 * LINK_MS;
const WRONG_CODES = 5;
const CODES = 1_000_000;

interface Row {
  id: Buffer;
  person: string;
  kind: Identity['kind'];
  value: string;
  session: Buffer;
  email: string;
  replaces: string | null;
  code: string;
}

const INSERT = 'INSERT INTO portal.corrections (id, person, email, replaces, expires_at, kind, value, session, code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)';
const COLUMNS = 'c.id, c.person, c.kind, c.value, c.session, c.email, c.replaces, c.code';
/** One that was begun before it was kept in which session is over. */
const OPEN = `c.expires_at > $2 AND c.session IS NOT NULL AND c.wrong < ${WRONG_CODES}`;
const OF = `SELECT ${COLUMNS} FROM portal.corrections c WHERE c.session = $1 AND ${OPEN}`;
const BEHIND = `
SELECT ${COLUMNS} FROM portal.mail_links l JOIN portal.mail_asks a ON a.id = l.ask JOIN portal.corrections c ON c.id = a.correction
WHERE l.hash = $1 AND l.expires_at > $2 AND ${OPEN}`;
const TRY = `UPDATE portal.corrections SET wrong = wrong + CASE WHEN code = $2 THEN 0 ELSE 1 END WHERE id = $1 AND wrong < ${WRONG_CODES} RETURNING code = $2 AS right`;

function correctionOf(row: Row | undefined): Correction | undefined {
  if (!row) return undefined;
  const { kind, value, replaces, ...correction } = row;
  return { ...correction, askedBy: { kind, value }, replaces: replaces ?? undefined };
}

/** Corrections that wait for their link, in the portal's database. */
export function correctionsIn(pool: Pool): Corrections {
  return {
    async start({ person, askedBy, session, email, replaces }) {
      const id = randomBytes(16);
      const code = String(randomInt(CODES)).padStart(6, '0');
      const now = Date.now();
      await pool.query('DELETE FROM portal.corrections WHERE session = $1', [session]);
      await pool.query(INSERT, [id, person, email, replaces ?? null, new Date(now + CORRECTION_MS), askedBy.kind, askedBy.value, session, code]);
      return id;
    },
    async of(session) {
      return correctionOf((await pool.query<Row>(OF, [session, new Date()])).rows[0]);
    },
    async behind(link) {
      return correctionOf((await pool.query<Row>(BEHIND, [createHash('sha256').update(link).digest(), new Date()])).rows[0]);
    },
    async isRight({ id }, code) {
      return (await pool.query<{ right: boolean }>(TRY, [id, code])).rows[0]?.right ?? false;
    },
    async end(id) {
      await pool.query('DELETE FROM portal.corrections WHERE id = $1', [id]);
    },
    async sweep() {
      await pool.query('DELETE FROM portal.corrections WHERE expires_at <= $1', [new Date()]);
    },
  };
}
