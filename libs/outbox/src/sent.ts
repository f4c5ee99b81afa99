import type { Pool } from 'pg';
import { leafOf, type StoredLeaf } from './log.js';

export interface StreamKey {
  person: string;
  purpose: string;
}

/** What the state topic has to say of a stream: its last event that was sent, and the erasure of its person, if that was. */
export interface Sent {
  last?: StoredLeaf;
  erased?: StoredLeaf;
}

interface Row {
  at: number;
  purpose: string;
  idx: string;
  hash: string;
  text: string;
}

/** Of each stream the last event below an index of the log, and of its person's own stream. */
export const READ_SENT = `
SELECT k.at::int AS at, found.* FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY k(person, purpose, at)
CROSS JOIN LATERAL (VALUES (k.purpose), ('~person')) p(purpose)
CROSS JOIN LATERAL (
  SELECT p.purpose, l.idx, encode(l.hash, 'hex') AS hash, convert_from(e.bytes, 'UTF8') AS text FROM events e
  JOIN leaves l ON l.ledger = e.ledger AND l.person = e.person AND l.seq = e.seq
  WHERE e.ledger = $1 AND e.person = k.person AND e.purpose = p.purpose AND l.idx < $4 ORDER BY e.version DESC LIMIT 1
) found`;

/** For each key, in order, what holds of it by the events with an index below `before`. */
export async function readSent(pool: Pool, ledger: number, keys: readonly StreamKey[], before: number): Promise<Sent[]> {
  const { rows } = await pool.query<Row>(READ_SENT, [ledger, keys.map(({ person }) => person), keys.map(({ purpose }) => purpose), before]);
  const sent: Sent[] = keys.map(() => ({}));
  for (const row of rows) {
    const leaf = leafOf(row);
    const one = sent[row.at - 1];
    if (!one) continue;
    if (row.purpose === keys[row.at - 1]?.purpose) one.last = leaf;
    if (leaf.event.after?.erased) one.erased = leaf;
  }
  return sent;
}
