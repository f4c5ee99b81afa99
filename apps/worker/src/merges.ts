import type { Pool } from 'pg';
import { WHOLE_PERSON } from '#contracts';
import { mergeInto, splitOff, type CatalogueInForce, type Ledger } from '#ledger';
import { eraseOther, erasureOf } from './erasures.js';
import type { Job } from './follow-log.js';

export interface MergesOptions {
  pool: Pool;
  ledger: number;
  appender: Ledger;
  catalogue: () => Promise<CatalogueInForce | undefined>;
}

const NOTE = 'INSERT INTO merges (ledger, person, into_person) VALUES ($1, $2, $3) ON CONFLICT (ledger, person) DO UPDATE SET into_person = excluded.into_person';
const FORGET = 'DELETE FROM merges WHERE ledger = $1 AND person = $2';

/**
 * Whoever was merged into somebody erased goes with him. Looked at once the list of parts names him: an erasure that comes
 * later finds him there.
 */
async function goWith(options: MergesOptions, person: string, into: string): Promise<void> {
  const erasure = await erasureOf(options, into);
  if (erasure) await eraseOther(options, { person, kind: 'person' }, erasure);
}

/** Completes merges and splits that a crash left half done, and keeps the list of who is part of whom. */
export const merges = (options: MergesOptions): Job => ({
  name: 'merges',
  types: ['person-merged', 'person-split'],
  async handle(event) {
    const { other, role } = (event.fact ?? {}) as { other?: string; role?: string };
    if (event.purpose !== WHOLE_PERSON || role !== 'from' || other === undefined) return;
    const { pool, ledger, appender, catalogue } = options;
    const { purposes, publications = [] } = (await catalogue()) ?? {};
    const two = { pool, ledger, appender, purposes: [...(purposes?.values() ?? [])], publications };
    if (event.type === 'person-merged') {
      await pool.query(NOTE, [ledger, event.person, other]);
      await mergeInto(two, event);
      await goWith(options, event.person, other);
    } else {
      await splitOff(two, event);
      await pool.query(FORGET, [ledger, event.person]);
    }
  },
});
