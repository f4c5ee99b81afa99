import type { Pool } from 'pg';
import type { CatalogueInForce } from '#ledger';
import { readCatalogue } from '#ledger';
import type { Keyring } from '#vault';
import { ImportProblem } from './mapping.js';

/** The ledger that is written to or read from. For an import the pool needs six connections. */
export interface Target {
  pool: Pool;
  ledger: number;
  keyring: Keyring;
  /** Throws where the database must not be written to: it is an old backup, or a standby that lacks what was signed. Asked before every write of an import. */
  mayWrite?: () => Promise<void>;
}

/** The catalogue in force; ImportProblem where none was loaded. */
export async function catalogueOf({ pool, ledger }: Pick<Target, 'pool' | 'ledger'>): Promise<CatalogueInForce> {
  const catalogue = await readCatalogue(pool, ledger);
  if (!catalogue) throw new ImportProblem('no catalogue is loaded: run `samtycke catalogue load` first');
  return catalogue;
}
