import type { Pool } from 'pg';

/** Where counts are read. */
export class StatisticsTables {
  constructor(
    readonly pool: Pool,
    readonly ledger: number,
  ) {}
}
