import type { Pool } from 'pg';
import type { PersonKeys } from '#vault';

export interface LedgerOptions {
  /** The small number that stands for the origin in every key of this database. */
  ledger: number;
  origin: string;
  /** Connections of the service's role, best pipelined; the ledger takes two of them. */
  pool: Pool;
  keys: PersonKeys;
  /** How long a call may wait for the database before it is refused as unavailable, in milliseconds. */
  patienceMs?: number;
  /** Asked before each batch: throws where nothing may be written, such as DatabaseBehind; then its calls are told so. */
  mayWrite?: () => Promise<void>;
  /** Called after each batch, with its size and the milliseconds that reading, deciding and writing took. */
  observe?: (batch: { calls: number; events: number; readMs: number; decideMs: number; writeMs: number }) => void;
}
