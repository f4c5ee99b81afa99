import type { Pool, PoolClient } from 'pg';
import { KeyMissing, lookupOf, lookupOfPerson, open, type Identifier, type IdentifierKind, type KeyChain, type PersonKeys } from '#vault';
import { suppress } from './suppressions.js';

export interface EraserOptions {
  pool: Pool;
  ledger: number;
  origin: string;
  keys: PersonKeys;
  /** Keys under which the identifiers of erased people stay recognisable, oldest first; their own chain. */
  suppressionKeys: KeyChain;
  /** Keys under which held withdrawals are found by whom they are about. */
  subjectKeys: readonly Buffer[];
}

export interface HeldIdentifier {
  id: string;
  kind: IdentifierKind;
  sealed: Buffer;
  master: string;
  wrapped: Buffer;
}

const HELD = `
SELECT i.id, i.kind, i.sealed, k.master, k.wrapped FROM person_keys k, identifiers i
WHERE k.ledger = $1 AND k.person = $2 AND i.ledger = $1 AND i.person = $2 ORDER BY i.id`;
const HELD_BACK = 'DELETE FROM held_withdrawals WHERE ledger = $1 AND lookup = ANY ($2)';
const TABLES = ['evidence', 'identifiers', 'tokens', 'mails', 'due_mails', 'mail_links', 'links', 'person_keys'];

/** An identifier in clear; undefined where what lies there is damaged, and nobody can open it any more. Throws KeyMissing where only this process cannot. */
export function openIdentifier({ origin, keys }: Pick<EraserOptions, 'origin' | 'keys'>, person: string, { id, kind, sealed, master, wrapped }: HeldIdentifier): Identifier | undefined {
  try {
    return { kind, value: open(keys.unwrap(person, { master, wrapped }), `${origin}|${person}|identifier|${id}`, sealed).toString('utf8') };
  } catch (error) {
    if (error instanceof KeyMissing) throw error;
    return undefined;
  }
}

/** A person's identifiers, those that can be opened in clear. */
async function held(client: PoolClient, person: string, options: EraserOptions): Promise<(Identifier | undefined)[]> {
  const { rows } = await client.query<HeldIdentifier>(HELD, [options.ledger, person]);
  return rows.map((row) => openIdentifier(options, person, row));
}

/** A withdrawal of his that waits holds his address under a key of its own; what it says is done, since nothing is allowed any more. */
async function removeHeldBack(client: PoolClient, { ledger, subjectKeys }: EraserOptions, person: string, identifiers: Identifier[]): Promise<void> {
  await client.query(HELD_BACK, [ledger, [lookupOfPerson(subjectKeys, person), ...identifiers.map((one) => lookupOf(subjectKeys, one))]]);
}

/** What is to stay as a hash is opened; for the rest as far as it can be. */
async function readHeld(client: PoolClient, person: string, options: EraserOptions, mustBeRead: boolean): Promise<(Identifier | undefined)[]> {
  return held(client, person, options).catch((error: unknown) => {
    if (mustBeRead || !(error instanceof KeyMissing)) throw error;
    return [];
  });
}

/**
 * Removes what is held of an erased person: identifiers, evidence, tokens and, last, the key under which all of it was
 * sealed (crypto-shredding: whether a destroyed key equals erasure is a legal view); withdrawals of his that wait to take effect, too. The events stay, without anything that
 * names him. With `suppress`, keyed hashes of his identifiers stay, so that nobody takes him up again but himself (rule 17).
 * One transaction; doing it again changes nothing. What is damaged goes all the same, and holds up nobody: no hash of it can stay. Gives how many
 * identifiers that were.
 */
export async function eraseHeld(options: EraserOptions, person: string, { suppress: leaveHashes }: { suppress: boolean }): Promise<number> {
  const client = await options.pool.connect();
  try {
    await client.query('BEGIN');
    const found = await readHeld(client, person, options, leaveHashes);
    const readable = found.flatMap((one) => one ?? []);
    if (leaveHashes) await suppress(client, options.ledger, options.suppressionKeys, readable);
    await removeHeldBack(client, options, person, readable);
    for (const table of TABLES) await client.query(`DELETE FROM ${table} WHERE ledger = $1 AND person = $2`, [options.ledger, person]);
    await client.query('COMMIT');
    client.release();
    return leaveHashes ? found.length - readable.length : 0;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
