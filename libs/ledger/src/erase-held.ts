import type { Pool, PoolClient } from 'pg';
import { open, type Identifier, type IdentifierKind, type KeyChain, type PersonKeys } from '#vault';
import { suppress } from './suppressions.js';

export interface EraserOptions {
  pool: Pool;
  ledger: number;
  origin: string;
  keys: PersonKeys;
  /** Keys under which the identifiers of erased people stay recognisable, oldest first; their own chain. */
  suppressionKeys: KeyChain;
}

interface HeldIdentifier {
  id: string;
  kind: IdentifierKind;
  sealed: Buffer;
  master: string;
  wrapped: Buffer;
}

const HELD = `
SELECT i.id, i.kind, i.sealed, k.master, k.wrapped FROM person_keys k, identifiers i
WHERE k.ledger = $1 AND k.person = $2 AND i.ledger = $1 AND i.person = $2 ORDER BY i.id`;
const TABLES = ['evidence', 'identifiers', 'tokens', 'mails', 'due_mails', 'mail_links', 'links', 'person_keys'];

/** A person's identifiers in clear. */
async function held(client: PoolClient, person: string, { ledger, origin, keys }: EraserOptions): Promise<Identifier[]> {
  const { rows } = await client.query<HeldIdentifier>(HELD, [ledger, person]);
  return rows.map(({ id, kind, sealed, master, wrapped }) => {
    const value = open(keys.unwrap(person, { master, wrapped }), `${origin}|${person}|identifier|${id}`, sealed).toString('utf8');
    return { kind, value };
  });
}

/**
 * Removes what is held of an erased person: identifiers, evidence, tokens and, last, the key under which all of it was
 * sealed (crypto-shredding: whether a destroyed key equals erasure is a legal view). The events stay, without anything that
 * names him. With `suppress`, keyed hashes of his identifiers stay, so that nobody takes him up again but himself (rule 17).
 * One transaction; doing it again changes nothing.
 */
export async function eraseHeld(options: EraserOptions, person: string, { suppress: leaveHashes }: { suppress: boolean }): Promise<void> {
  const client = await options.pool.connect();
  try {
    await client.query('BEGIN');
    if (leaveHashes) await suppress(client, options.ledger, options.suppressionKeys, await held(client, person, options));
    for (const table of TABLES) await client.query(`DELETE FROM ${table} WHERE ledger = $1 AND person = $2`, [options.ledger, person]);
    await client.query('COMMIT');
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}
