import type { Pool } from 'pg';

/** Why somebody on the list did not get an issue. */
export type LeftOut = 'withdrawn' | 'paused' | 'topic' | 'language' | 'too-soon' | 'no-address' | 'refused' | 'put-off' | 'unclear';

export interface Recipient {
  issue: string;
  person: string;
  /** Random id of this one mail. */
  mail: string;
  attempts: number;
  /** Since when the server has put this mail off, again and again; one that was away in between begins anew. */
  putOffAt: Date | null;
}

const COLUMNS = 'issue, person, mail, attempts, put_off_at AS "putOffAt"';

/** Those whose turn it is, the longest waiting first. */
export async function nextRecipients(pool: Pool, now: Date, limit: number): Promise<Recipient[]> {
  const sql = `SELECT ${COLUMNS} FROM newsletter.recipients WHERE state = 'queued' AND next_try <= $1 ORDER BY next_try, issue, person LIMIT $2`;
  const { rows } = await pool.query<Recipient>(sql, [now, limit]);
  return rows;
}

/** When the next one is due; undefined when nobody waits. */
export async function nextDue(pool: Pool): Promise<Date | undefined> {
  const { rows } = await pool.query<{ due: Date | null }>("SELECT min(next_try) AS due FROM newsletter.recipients WHERE state = 'queued'");
  return rows[0]?.due ?? undefined;
}

/** What was being sent when the program ended; nobody knows by this whether the mail went out. */
export async function readCutOff(pool: Pool): Promise<Recipient[]> {
  const { rows } = await pool.query<Recipient>(`SELECT ${COLUMNS} FROM newsletter.recipients WHERE state = 'sending'`);
  return rows;
}

/**
 * The last question before a mail leaves: takes the recipient for sending if he still waits and the state in this
 * database still allows it at this very moment. False: he must not be written to, or another one has taken him.
 */
export async function takeForSending(pool: Pool, { issue, person }: Recipient, now: Date): Promise<boolean> {
  const sql = `
    UPDATE newsletter.recipients r SET state = 'sending', changed_at = $3
    WHERE r.issue = $1 AND r.person = $2 AND r.state = 'queued' AND EXISTS (
      SELECT 1 FROM samtycke_consumer.consent_state s
      WHERE s.person = $2 AND s.purpose = 'newsletter' AND s.allowed AND s.version >= s.parked_version
        AND (s.valid_until IS NULL OR s.valid_until > $3))`;
  const { rowCount } = await pool.query(sql, [issue, person, now]);
  return rowCount === 1;
}

/** The mail has left. */
export async function noteSent(pool: Pool, { issue, person }: Recipient, now: Date): Promise<void> {
  const sql = "UPDATE newsletter.recipients SET state = 'sent', reason = NULL, changed_at = $3 WHERE issue = $1 AND person = $2";
  await pool.query(sql, [issue, person, now]);
}

/** The list may have been made while he was being erased: what is his goes, as it does with an erasure that comes after. */
const FORGET_ERASED = `
  DELETE FROM newsletter.recipients r USING samtycke_consumer.persons p
  WHERE r.issue = $1 AND r.person = $2 AND r.state = $3 AND p.person = r.person AND p.erased`;

/** The mail will not leave, for this reason; of somebody who was erased nothing stays. `from`: what he was until now; nobody else's work is touched. */
export async function noteLeftOut(pool: Pool, { issue, person }: Recipient, from: 'queued' | 'sending', reason: LeftOut, now: Date): Promise<void> {
  await pool.query(FORGET_ERASED, [issue, person, from]);
  const sql = "UPDATE newsletter.recipients SET state = 'left-out', reason = $4, changed_at = $5 WHERE issue = $1 AND person = $2 AND state = $3";
  await pool.query(sql, [issue, person, from, reason, now]);
}

/** The mail did not leave, and is tried again at `nextTry`; `isPutOff`: the server put off this one, and has done so since it last was away. */
export async function noteAgain(pool: Pool, { issue, person }: Recipient, from: 'queued' | 'sending', { nextTry, now, isPutOff }: { nextTry: Date; now: Date; isPutOff: boolean }): Promise<void> {
  const sql = `
    UPDATE newsletter.recipients SET state = 'queued', attempts = attempts + 1, next_try = $4, changed_at = $5, put_off_at = CASE WHEN $6 THEN coalesce(put_off_at, $5) END
    WHERE issue = $1 AND person = $2 AND state = $3`;
  await pool.query(sql, [issue, person, from, nextTry, now, isPutOff]);
}
