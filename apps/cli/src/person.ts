import { lookUp, Reader } from '#ledger';
import { IDENTIFIER_KINDS, lookupKeysOf, normalise, type IdentifierKind } from '#vault';
import { CliError, type Connection } from './connect.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The person that is meant: by id, or by an identifier of the given kind. */
export async function personBehind({ pool, ledger, keyring }: Connection, who: string, kind: IdentifierKind): Promise<string> {
  if (!IDENTIFIER_KINDS.includes(kind)) throw new CliError(`--kind is one of ${IDENTIFIER_KINDS.join(', ')}`);
  if (UUID.test(who)) return who.toLowerCase();
  const identifier = normalise(kind, who);
  if (!identifier) throw new CliError(`this is no ${kind}`);
  const { found } = await lookUp(new Reader(pool, ledger).identifiers, lookupKeysOf(keyring), identifier);
  if (!found) throw new CliError('nobody is known under this identifier');
  return found.person;
}
