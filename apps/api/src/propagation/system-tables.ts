import type { Pool } from 'pg';

/** Where systems and what they acknowledged are kept. */
export class SystemTables {
  constructor(
    readonly pool: Pool,
    readonly ledger: number,
  ) {}
}
