import type { Pool } from 'pg';
import type { Freshness } from '#ledger';
import { sequencePage, type StoredLeaf, type Term } from '#outbox';

export interface GiveIndicesOptions {
  pool: Pool;
  ledger: number;
  fresh: Pick<Freshness, 'demand'>;
}

/**
 * Gives indices to one page, on a connection behind which the database was looked at: one that was made just now may lead to an old
 * backup, where an index would be another event's. Throws DatabaseBehind, LostLease, and what the database throws.
 */
export async function giveIndices({ pool, ledger, fresh }: GiveIndicesOptions, { fencing, server }: Pick<Term, 'fencing' | 'server'>): Promise<StoredLeaf[]> {
  const client = await pool.connect();
  let broken = true;
  try {
    await fresh.demand();
    const page = await sequencePage(client, ledger, fencing, server);
    broken = false;
    return page;
  } finally {
    client.release(broken);
  }
}
