import { homeOf, lookUp, partsOf, Reader } from '#ledger';
import { IDENTIFIER_KINDS, lookupKeysOf, normalise, type IdentifierKind } from '#vault';
import { type Connection } from './connect.js';
import { CliError } from './installation.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The person that is meant: by id, that one; by an identifier of the given kind, whoever it leads to, also through merges
 * (rule 15). What is known of somebody who was merged goes on elsewhere, and that is said.
 */
export async function personBehind({ pool, ledger, keyring }: Connection, who: string, kind: IdentifierKind): Promise<string> {
  if (!IDENTIFIER_KINDS.includes(kind)) throw new CliError(`--kind is one of ${IDENTIFIER_KINDS.join(', ')}`);
  const reader = new Reader(pool, ledger);
  if (UUID.test(who)) return goesOn(reader, who.toLowerCase());
  const identifier = normalise(kind, who);
  if (!identifier) throw new CliError(`this is no ${kind}`);
  const { found } = await lookUp(reader.identifiers, lookupKeysOf(keyring), identifier);
  if (!found) throw new CliError('nobody is known under this identifier');
  const home = await homeOf(reader, found.person);
  if (home !== found.person) console.error(`${found.person}, to whom this identifier belongs, was merged into ${home}: that is who is meant, and what was decided before belongs to him`);
  return home;
}

/** A person, and everybody who was merged into him. */
export async function withParts({ pool, ledger }: Connection, person: string): Promise<string[]> {
  const seen = new Set([person]);
  for (const one of seen) for (const part of await partsOf(pool, ledger, one)) seen.add(part);
  return [...seen];
}

async function goesOn(reader: Reader, person: string): Promise<string> {
  const home = await homeOf(reader, person);
  if (home !== person) console.error(`${person} was merged into ${home}: what was decided since is there`);
  return person;
}
