import type { Pool } from 'pg';
import type { GrantFilter } from './search-grants.js';

type Named = 'purpose' | 'notice' | 'context';

const KNOWN = `
SELECT EXISTS (SELECT FROM purposes WHERE ledger = $1 AND id = $2) AS purpose,
  EXISTS (SELECT FROM notices WHERE ledger = $1 AND id = $3 AND version = $4) AS notice,
  $5::text IS NULL OR EXISTS (SELECT FROM catalogues c, json_array_elements(c.body::json -> 'contexts') one WHERE c.ledger = $1 AND one ->> 'id' = $5) AS context`;

/** What a search names that no catalogue ever had: to count it would look like an answer. What is out of use is known. */
export async function unknownNames(pool: Pool, ledger: number, { purpose, notice, version, context }: GrantFilter): Promise<Named[]> {
  const { rows: [known] } = await pool.query<Record<Named, boolean>>(KNOWN, [ledger, purpose, notice, version, context]);
  return (['purpose', 'notice', 'context'] as const).filter((name) => !known?.[name]);
}
