import type { Pool } from 'pg';
import { WHOLE_PERSON } from '#contracts';
import { mergeInto, splitOff, type CatalogueInForce, type Ledger } from '#ledger';
import type { Job } from './follow-log.js';

export interface MergesOptions {
  pool: Pool;
  ledger: number;
  appender: Ledger;
  catalogue: () => Promise<CatalogueInForce | undefined>;
}

const NOTE = 'INSERT INTO merges (ledger, person, into_person) VALUES ($1, $2, $3) ON CONFLICT (ledger, person) DO UPDATE SET into_person = excluded.into_person';
const FORGET = 'DELETE FROM merges WHERE ledger = $1 AND person = $2';

/** Completes merges and splits that a crash left half done, and keeps the list of who is part of whom. */
export const merges = ({ pool, ledger, appender, catalogue }: MergesOptions): Job => ({
  name: 'merges',
  types: ['person-merged', 'person-split'],
  async handle(event) {
    const { other, role } = (event.fact ?? {}) as { other?: string; role?: string };
    if (event.purpose !== WHOLE_PERSON || role !== 'from' || other === undefined) return;
    const purposes = [...((await catalogue())?.purposes.values() ?? [])].filter((purpose) => purpose.holder === 'person');
    const two = { pool, ledger, appender, purposes };
    if (event.type === 'person-merged') {
      await pool.query(NOTE, [ledger, event.person, other]);
      await mergeInto(two, event);
    } else {
      await splitOff(two, event);
      await pool.query(FORGET, [ledger, event.person]);
    }
  },
});
