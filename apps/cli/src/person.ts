import { IDENTIFIER_KINDS, lookupOf, normalise, type IdentifierKind } from '#vault';
import { CliError, type Connection } from './connect.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The person that is meant: by id, or by an identifier of the given kind. */
export async function personBehind({ pool, ledger, keyring }: Connection, who: string, kind: IdentifierKind): Promise<string> {
  if (!IDENTIFIER_KINDS.includes(kind)) throw new CliError(`--kind is one of ${IDENTIFIER_KINDS.join(', ')}`);
  if (UUID.test(who)) return who.toLowerCase();
  const identifier = normalise(kind, who);
  if (!identifier) throw new CliError(`this is no ${kind}`);
  const lookup = lookupOf(keyring.lookup.map((key) => Buffer.from(key, 'base64')), identifier);
  const { rows } = await pool.query<{ person: string }>('SELECT person FROM identifiers WHERE ledger = $1 AND lookup = $2', [ledger, lookup]);
  if (!rows[0]) throw new CliError('nobody is known under this identifier');
  return rows[0].person;
}
