import { open, personKeysOf } from '#vault';
import type { Target } from './target.js';

export interface Contact {
  kind: string;
  value: string;
}

interface Row {
  id: string;
  kind: string;
  person: string;
  sealed: Buffer;
}

interface KeyRow {
  person: string;
  master: string;
  wrapped: Buffer;
}

const IDENTIFIERS = 'SELECT id, kind, person, sealed FROM identifiers WHERE ledger = $1 AND person = ANY ($2::uuid[]) ORDER BY person, kind, id';
const KEYS = 'SELECT person, master, wrapped FROM person_keys WHERE ledger = $1 AND person = ANY ($2::uuid[])';

/** Identifiers of some people in clear, by person. Whose key is gone has none. */
export async function identifiersOf({ pool, ledger, keyring }: Target, people: string[]): Promise<Map<string, Contact[]>> {
  const { origin } = keyring;
  const vault = personKeysOf(keyring);
  const values = [ledger, people];
  const [found, stored] = await Promise.all([
    pool.query<Row>({ name: 'export-identifiers', text: IDENTIFIERS, values }),
    pool.query<KeyRow>({ name: 'export-keys', text: KEYS, values }),
  ]);
  const keys = new Map(stored.rows.map((row) => [row.person, vault.unwrap(row.person, row)]));
  const contacts = new Map<string, Contact[]>();
  for (const { id, kind, person, sealed } of found.rows) {
    const key = keys.get(person);
    if (!key) continue;
    const value = open(key, `${origin}|${person}|identifier|${id}`, sealed).toString('utf8');
    contacts.set(person, [...(contacts.get(person) ?? []), { kind, value }]);
  }
  return contacts;
}
