import type { Pool, PoolClient } from 'pg';
import type { Identifier, KeyChain } from '#vault';
import { byteas } from './arrays.js';
import { Unavailable } from './call.js';
import { follow, type ChainRow } from './look-up.js';

const WHERE_IT_STANDS = `
chain AS (SELECT coalesce(c.phase, 2) AS phase, c.key FROM (SELECT) AS one
  LEFT JOIN key_chains c ON c.ledger = $1 AND c.chain = 'suppression')`;

/** Both write only in the phase they were made for, and tell the one that holds. */
const SUPPRESS = `
WITH ${WHERE_IT_STANDS},
kept AS (INSERT INTO suppressions (ledger, lookup, since, generation)
  SELECT $1, s.lookup, $4::timestamptz, (chain.phase + 1) / 2 FROM chain, unnest($2::bytea[]) AS s(lookup) WHERE chain.phase = $3
  ON CONFLICT DO NOTHING)
SELECT phase, key FROM chain`;
const FREE = `
WITH ${WHERE_IT_STANDS},
freed AS (DELETE FROM suppressions WHERE ledger = $1 AND lookup = ANY ($2::bytea[]) AND $3 = (SELECT phase FROM chain))
SELECT phase, key FROM chain`;

const TRIES = 8;

/** Runs a statement of this file under the keys in use, once; `values` are made anew for each phase. */
async function inPhase(db: Pool | PoolClient, text: string, chain: KeyChain, values: () => { lookups: Buffer[]; more: unknown[] }, ledger: number): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const { phase } = chain;
    const { lookups, more } = values();
    const { rows } = await db.query<ChainRow>(text, [ledger, byteas(lookups), phase, ...more]);
    const stands = rows[0] ?? { phase: 2, key: null };
    if (stands.phase === phase) return;
    follow(chain, stands);
  }
  throw new Unavailable('the keys of the ledger change faster than they can be followed');
}

/** Keeps keyed hashes of an erased person's identifiers, in the caller's transaction. What stands already stays. */
export async function suppress(client: PoolClient, ledger: number, chain: KeyChain, identifiers: readonly Identifier[]): Promise<void> {
  const values = () => ({ lookups: identifiers.map((identifier) => chain.of(identifier).lookup), more: [new Date()] });
  if (identifiers.length > 0) await inPhase(client, SUPPRESS, chain, values, ledger);
}

/** Whoever comes back by himself may be found by others again (rule 17). */
export async function freeSuppressed(pool: Pool, ledger: number, chain: KeyChain, identifier: Identifier): Promise<void> {
  const values = () => {
    const { lookup, former } = chain.of(identifier);
    return { lookups: former ? [lookup, former] : [lookup], more: [] };
  };
  await inPhase(pool, FREE, chain, values, ledger);
}
