import type { Pool } from 'pg';
import { LEDGER_PERSON, LEDGER_PURPOSE, type LedgerEvent } from '#contracts';

/** A change of a key that signs for the ledger, as its own stream holds it. */
export interface RecordedKeyChange {
  bytes: Buffer;
  fact: Record<string, unknown>;
  recordedAt: string;
  /** Its index in the log; undefined before it has one. */
  index?: number;
}

const READ = `
SELECT e.bytes, l.idx FROM events e LEFT JOIN leaves l ON l.ledger = e.ledger AND l.person = e.person AND l.seq = e.seq
WHERE e.ledger = $1 AND e.person = $2 AND e.purpose = $3 AND e.type = 'key-changed' ORDER BY e.version`;

function stated(bytes: Buffer): Pick<RecordedKeyChange, 'fact' | 'recordedAt'> {
  try {
    const { fact = {}, recordedAt } = JSON.parse(bytes.toString('utf8')) as LedgerEvent;
    return { fact, recordedAt };
  } catch {
    return { fact: {}, recordedAt: '' };
  }
}

/** Every `key-changed` event, in order; no signature is looked at. One whose bytes were damaged states nothing. */
export async function readKeyChanges(pool: Pool, ledger: number): Promise<RecordedKeyChange[]> {
  const { rows } = await pool.query<{ bytes: Buffer; idx: string | null }>(READ, [ledger, LEDGER_PERSON, LEDGER_PURPOSE]);
  return rows.map(({ bytes, idx }) => ({ bytes, ...stated(bytes), ...(idx !== null && { index: Number(idx) }) }));
}
