import type { Pool } from 'pg';
import { isGone, WHOLE } from '#ledger';
import { open, type PersonKeys } from '#vault';

interface Tables {
  pool: Pool;
  ledger: number;
  origin: string;
  keys: PersonKeys;
}

export interface Address {
  identifier: string;
  address: string;
}

const ADDRESSES = `
SELECT i.id, i.person, i.sealed, k.master, k.wrapped FROM ${WHOLE} w
JOIN identifiers i ON i.ledger = $1 AND i.person = w.person AND i.kind = 'email'
JOIN person_keys k ON k.ledger = $1 AND k.person = w.person
WHERE NOT ${isGone('$2::uuid')}
ORDER BY (i.id = $3) DESC, (i.person = $2) DESC, i.id LIMIT 1`;

/**
 * Where a person can be written to: at the identifier `preferred` where that is an e-mail address of his or of somebody who was merged into him,
 * else at another one; nowhere once he is erased.
 */
export async function addressOf({ pool, ledger, origin, keys }: Tables, person: string, preferred?: string): Promise<Address | undefined> {
  const { rows } = await pool.query<{ id: string; person: string; sealed: Buffer; master: string; wrapped: Buffer }>(ADDRESSES, [ledger, person, preferred ?? null]);
  const row = rows[0];
  if (!row) return undefined;
  const key = keys.unwrap(row.person, { master: row.master, wrapped: row.wrapped });
  return { identifier: row.id, address: open(key, `${origin}|${row.person}|identifier|${row.id}`, row.sealed).toString('utf8') };
}
