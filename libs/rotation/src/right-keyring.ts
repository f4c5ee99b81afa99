import type { Pool } from 'pg';
import { lookupChainOf, lookupOf, open, personKeysOf, type IdentifierKind, type Keyring } from '#vault';

interface Sample {
  id: string;
  kind: IdentifierKind;
  person: string;
  lookup: Buffer;
  sealed: Buffer;
  generation: number;
  master: string;
  wrapped: Buffer;
}

const SAMPLE = `
SELECT i.id, i.kind, i.person, i.lookup, i.sealed, i.generation, k.master, k.wrapped
FROM identifiers i JOIN person_keys k ON k.ledger = i.ledger AND k.person = i.person WHERE i.ledger = $1 LIMIT 1`;

/** Whether a keyring finds and opens what is stored, tried on one identifier; true where there is none yet. */
export async function isTheKeyringOf(pool: Pool, ledger: number, keyring: Keyring): Promise<boolean> {
  const sample = (await pool.query<Sample>(SAMPLE, [ledger])).rows[0];
  if (!sample) return true;
  const { id, kind, person, lookup, sealed, generation, ...stored } = sample;
  try {
    const value = open(personKeysOf(keyring).unwrap(person, stored), `${keyring.origin}|${person}|identifier|${id}`, sealed).toString('utf8');
    return lookupOf(lookupChainOf(keyring).slice(0, generation), { kind, value }).equals(lookup);
  } catch {
    return false;
  }
}
