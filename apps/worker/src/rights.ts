import type { Pool } from 'pg';
import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import type { Job } from './follow-log.js';

const ASK = `
INSERT INTO rights (ledger, person, event, "right", asked_at, due) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`;
const CLOSE = `
UPDATE rights SET closed_at = $4, outcome = $5 WHERE ledger = $1 AND person = $2 AND event = $3 AND closed_at IS NULL`;
/** All that is open. The erasure itself closes it: nothing is written about somebody after it. */
const CLOSE_ALL = `
UPDATE rights SET closed_at = $3, outcome = 'erased' WHERE ledger = $1 AND person = $2 AND closed_at IS NULL`;
const OF_REQUEST = `SELECT event FROM events WHERE ledger = $1 AND person = $2 AND request = $3 AND type = 'right-requested'`;

/** The event that asked: named as a cause, or written by the same call. */
async function askedBy(pool: Pool, ledger: number, closing: LedgerEvent): Promise<string | undefined> {
  if (closing.causes?.[0] !== undefined) return closing.causes[0];
  const { rows } = await pool.query<{ event: string }>(OF_REQUEST, [ledger, closing.person, closing.request]);
  return rows[0]?.event;
}

/** Keeps the register of rights: a projection of the log, for whoever must answer in time. */
export const rightsRegister = ({ pool, ledger }: { pool: Pool; ledger: number }): Job => ({
  name: 'rights',
  types: ['right-requested', 'right-closed', 'person-erased'],
  async handle(event) {
    if (event.type === 'person-erased') {
      if (event.purpose === WHOLE_PERSON) await pool.query(CLOSE_ALL, [ledger, event.person, event.recordedAt]);
      return;
    }
    const { right, due, outcome } = (event.fact ?? {}) as { right?: string; due?: string; outcome?: string };
    if (event.type === 'right-requested') {
      await pool.query(ASK, [ledger, event.person, event.event, right, event.recordedAt, due]);
      return;
    }
    const asked = await askedBy(pool, ledger, event);
    if (asked !== undefined) await pool.query(CLOSE, [ledger, event.person, asked, event.recordedAt, outcome]);
  },
});
