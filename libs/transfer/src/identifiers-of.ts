import { isGone, openIdentifier, PARTS } from '#ledger';
import { personKeysOf, type IdentifierKind } from '#vault';
import type { Target } from './target.js';

export interface Contact {
  kind: string;
  value: string;
}

/** An identifier that was changed where it lies: nobody can open it any more. */
export interface DamagedContact {
  person: string;
  kind: string;
}
export type OnDamaged = (one: DamagedContact) => void;

/** An identifier in clear, by its own id: that by which a consent was given names it. */
export interface FoundContact extends Contact {
  id: string;
}

interface Part {
  home: string;
  person: string;
}

interface Row {
  id: string;
  kind: IdentifierKind;
  person: string;
  sealed: Buffer;
}

interface KeyRow {
  person: string;
  master: string;
  wrapped: Buffer;
}

/** People, each with everybody who was merged into him, and into those. */
const FAMILIES = `
WITH RECURSIVE parts AS (
  SELECT p AS home, p AS person FROM unnest($2::uuid[]) p
  UNION SELECT o.home, m.person FROM parts o JOIN ${PARTS} m ON m.into_person = o.person)
SELECT home, person FROM parts ORDER BY home, person <> home, person`;
/** Of somebody erased nothing, also while it is still being removed. */
const IDENTIFIERS = `SELECT id, kind, person, sealed FROM identifiers i WHERE ledger = $1 AND person = ANY ($2::uuid[]) AND NOT ${isGone('i.person')} ORDER BY person, kind, id`;
const KEYS = 'SELECT person, master, wrapped FROM person_keys WHERE ledger = $1 AND person = ANY ($2::uuid[])';

/** Identifiers under the people whom they were given to, each opened with his own key. Whose key is gone has none; what is damaged is told. */
async function ownIdentifiers({ pool, ledger, keyring }: Target, people: string[], damaged: OnDamaged): Promise<Map<string, FoundContact[]>> {
  const { origin } = keyring;
  const vault = { origin, keys: personKeysOf(keyring) };
  const values = [ledger, people];
  const [found, stored] = await Promise.all([
    pool.query<Row>({ name: 'export-identifiers', text: IDENTIFIERS, values }),
    pool.query<KeyRow>({ name: 'export-keys', text: KEYS, values }),
  ]);
  const keys = new Map(stored.rows.map((row) => [row.person, row]));
  const contacts = new Map<string, FoundContact[]>();
  for (const { id, kind, person, sealed } of found.rows) {
    const key = keys.get(person);
    if (!key) continue;
    const opened = openIdentifier(vault, person, { id, kind, sealed, master: key.master, wrapped: key.wrapped });
    if (opened) contacts.set(person, [...(contacts.get(person) ?? []), { id, kind, value: opened.value }]);
    else damaged({ person, kind });
  }
  return contacts;
}

/** Identifiers of some people in clear, by person: his own, then those of everybody who was merged into him. */
export async function identifiersOf(target: Target, people: string[], damaged: OnDamaged): Promise<Map<string, FoundContact[]>> {
  const { rows: parts } = await target.pool.query<Part>({ name: 'export-parts', text: FAMILIES, values: [target.ledger, people] });
  const own = await ownIdentifiers(target, [...new Set(parts.map(({ person }) => person))], damaged);
  const contacts = new Map<string, FoundContact[]>();
  for (const { home, person } of parts) contacts.set(home, [...(contacts.get(home) ?? []), ...(own.get(person) ?? [])]);
  return contacts;
}
