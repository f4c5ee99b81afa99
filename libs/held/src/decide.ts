import type { HeldOptions } from './hold.js';
import { COLUMNS, type HeldRow } from './read.js';

/** `owner`: the address's owner asked for it; `operator`, `time`: let through; `kept`: the owner said no; `rejected`: an operator did. */
export type HeldOutcome = 'owner' | 'operator' | 'time' | 'kept' | 'rejected';

/**
 * Settles what happens to a held withdrawal, and gives it as it then lies: nothing of it changes any more. Of two who decide at once one
 * wins, and the other gets none. What was let through is then finished by `finishHeld`, now or, after a crash, later; what was not is done
 * with this, its text removed.
 */
export async function decideHeld({ pool, ledger }: Pick<HeldOptions, 'pool' | 'ledger'>, id: string, outcome: HeldOutcome, by: string): Promise<HeldRow | undefined> {
  const ends = outcome === 'kept' || outcome === 'rejected';
  const done = ends ? ', done_at = $5, master = NULL, wrapped = NULL, sealed = NULL' : '';
  const text = `UPDATE held_withdrawals SET decided = $3, decided_by = $4, decided_at = $5${done} WHERE ledger = $1 AND id = $2 AND decided IS NULL RETURNING ${COLUMNS}`;
  return (await pool.query<HeldRow>(text, [ledger, id, outcome, by, new Date()])).rows[0];
}
