import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Locale } from '#languages';
import { inTransaction } from '../../store/in-transaction.js';

/** A link works for so long after its mail was written (rule 32), and a mail that could not leave by then leaves no more. */
export const LINK_MS = 15 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;

/**
 * Links an hour: to one address more are quietly not sent, from one source more are refused. Those that sign in and those of corrections
 * each have their own number: whoever is signed in as anybody could keep the owner of an address out by asking to add it.
 */
export const MAILS_AN_HOUR = { address: 5, source: 60 } as const;

export interface Ask {
  email: string;
  locale: Locale;
  /** The network that it came from. */
  source: string;
  /** The correction that its link is about; without one the link signs in. */
  correction?: Buffer;
}

/** An ask whose mail is to be sent now. */
export interface Due extends Omit<Ask, 'correction'> {
  id: string;
  correction: Buffer | null;
  askedAt: Date;
}

/** Links that somebody asked for, in the portal's database. A link itself is never stored, only its hash. */
export interface Asks {
  /** Takes an ask; false where this source has asked for too many. Whether the address gets a mail is not told. */
  take(ask: Ask): Promise<boolean>;
  /** The next mail to send, for this process alone; after `againMs` it is due again, unless it is done. */
  due(againMs: number): Promise<Due | undefined>;
  /** A new link for an ask; all links of one ask are used up together. */
  makeLink(id: string): Promise<string>;
  done(id: string): Promise<void>;
  /** Whom a link signs in; changes nothing. A link of a correction signs nobody in. */
  look(link: string): Promise<string | undefined>;
  /** Uses a link up: the second time there is nobody. */
  use(link: string): Promise<string | undefined>;
  /** Removes all that was asked for by an address, with its links. */
  forget(email: string): Promise<void>;
  sweep(): Promise<void>;
}

const hashOf = (link: string): Buffer => createHash('sha256').update(link).digest();

/** The counts must hold for asks that come at once: each source, and each address, takes its turn. */
const TURN = 'SELECT pg_advisory_xact_lock(1836345196, hashtext($1))';
const COUNT = `
SELECT count(*) FILTER (WHERE source = $1)::int AS source, count(*) FILTER (WHERE email = $2 AND (correction IS NULL) = $4)::int AS address
FROM portal.mail_asks WHERE (source = $1 OR email = $2) AND asked_at > $3`;
const INSERT = 'INSERT INTO portal.mail_asks (id, email, locale, source, correction, asked_at, next_try_at) VALUES ($1, $2, $3, $4, $5, $6, $6)';
const DUE = `
UPDATE portal.mail_asks SET next_try_at = $2
WHERE id = (SELECT id FROM portal.mail_asks WHERE next_try_at <= $1 ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, email, locale, source, correction, asked_at AS "askedAt"`;
const LOOK = 'SELECT email FROM portal.mail_links l JOIN portal.mail_asks a ON a.id = l.ask WHERE l.hash = $1 AND l.expires_at > $2 AND a.correction IS NULL';
const USE = `
WITH used AS (
  DELETE FROM portal.mail_links WHERE ask = (SELECT l.ask FROM portal.mail_links l JOIN portal.mail_asks a ON a.id = l.ask WHERE l.hash = $1 AND l.expires_at > $2 AND a.correction IS NULL) RETURNING hash, ask)
SELECT email FROM portal.mail_asks WHERE id = (SELECT ask FROM used WHERE hash = $1)`;

async function takeTurn(client: PoolClient, { email, locale, source, correction }: Ask): Promise<boolean> {
  for (const turn of [`source ${source}`, `address ${email}`].sort()) await client.query(TURN, [turn]);
  const now = new Date();
  const { rows } = await client.query<{ source: number; address: number }>(COUNT, [source, email, new Date(now.getTime() - HOUR_MS), correction === undefined]);
  const [so = { source: 0, address: 0 }] = rows;
  if (so.source >= MAILS_AN_HOUR.source) return false;
  if (so.address < MAILS_AN_HOUR.address) await client.query(INSERT, [randomUUID(), email, locale, source, correction ?? null, now]);
  return true;
}

export const asksIn = (pool: Pool): Asks => ({
  take: (ask) => inTransaction(pool, (client) => takeTurn(client, ask)),
  async due(againMs) {
    const now = Date.now();
    const { rows } = await pool.query<Due>(DUE, [new Date(now), new Date(now + againMs)]);
    return rows[0];
  },
  async makeLink(id) {
    const link = randomBytes(32).toString('base64url');
    await pool.query('INSERT INTO portal.mail_links (hash, ask, expires_at) VALUES ($1, $2, $3)', [hashOf(link), id, new Date(Date.now() + LINK_MS)]);
    return link;
  },
  async done(id) {
    await pool.query('UPDATE portal.mail_asks SET next_try_at = NULL WHERE id = $1', [id]);
  },
  async look(link) {
    const { rows } = await pool.query<{ email: string }>(LOOK, [hashOf(link), new Date()]);
    return rows[0]?.email;
  },
  async use(link) {
    const { rows } = await pool.query<{ email: string }>(USE, [hashOf(link), new Date()]);
    return rows[0]?.email;
  },
  async forget(email) {
    await pool.query('DELETE FROM portal.mail_asks WHERE email = $1', [email]);
  },
  async sweep() {
    await pool.query('DELETE FROM portal.mail_asks WHERE asked_at <= $1', [new Date(Date.now() - HOUR_MS)]);
  },
});
