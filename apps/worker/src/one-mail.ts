import type { Pool } from 'pg';
import { isGone } from '#ledger';
import type { OutgoingMail, Post } from '#mails';

interface Outgoing {
  pool: Pool;
  ledger: number;
  post: Post;
}

/** What a mail is noted under once it left: one for each, whatever happens. */
export interface MailNote {
  kind: 'confirmation' | 'confirmation-unclear' | 'way-back' | 'held' | 'right';
  reference: string;
  person: string;
}

const SENT = 'SELECT 1 FROM mails WHERE ledger = $1 AND kind = $2 AND event = $3';
const GONE = `SELECT ${isGone('$2')} AS gone`;
const NOTE = `
INSERT INTO mails (ledger, kind, event, person, sent_at)
SELECT $1::smallint, $2::text, $3::uuid, $4::uuid, $5::timestamptz WHERE NOT ${isGone('$4')} ON CONFLICT DO NOTHING`;

const UNCLEAR = `DELETE FROM mails WHERE ledger = $1 AND kind = 'confirmation-unclear' AND event = $2`;

export async function wasSent({ pool, ledger }: Pick<Outgoing, 'pool' | 'ledger'>, { kind, reference }: Pick<MailNote, 'kind' | 'reference'>): Promise<boolean> {
  return ((await pool.query(SENT, [ledger, kind, reference])).rowCount ?? 0) > 0;
}

const note = async ({ pool, ledger }: Pick<Outgoing, 'pool' | 'ledger'>, { kind, reference, person }: MailNote): Promise<void> =>
  void (await pool.query(NOTE, [ledger, kind, reference, person, new Date()]));

/** Notes that a mail may have gone just now, though nobody said that it arrived: it is not done with that. */
export async function noteUnclear(outgoing: Pick<Outgoing, 'pool' | 'ledger'>, { reference, person }: MailNote): Promise<void> {
  await outgoing.pool.query(UNCLEAR, [outgoing.ledger, reference]);
  await note(outgoing, { kind: 'confirmation-unclear', reference, person });
}

/**
 * Hands a mail over, then notes that it went: a crash between the two sends it once more. Of somebody who was erased since it was begun none
 * leaves, and nothing is noted. Tells whether it went out.
 */
export async function sendOnce(outgoing: Outgoing, about: MailNote, mail: OutgoingMail): Promise<boolean> {
  const { rows } = await outgoing.pool.query<{ gone: boolean }>(GONE, [outgoing.ledger, about.person]);
  if (rows[0]?.gone) return false;
  await outgoing.post(mail);
  await note(outgoing, about);
  return true;
}
