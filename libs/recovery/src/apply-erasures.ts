import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { eraseHeld, removeIdentifiers, type EraserOptions } from '#ledger';
import { readSpan } from '#outbox';

const SPAN = 2_000;
/** The index from which the worker has not removed anything yet: the backup's own. */
const CURSOR = `SELECT next FROM leases WHERE ledger = $1 AND role = 'erasures'`;

async function apply(options: EraserOptions, event: LedgerEvent): Promise<boolean> {
  if (event.purpose !== WHOLE_PERSON) return false;
  if (event.type === 'person-erased') {
    await eraseHeld(options, event.person, { suppress: event.reason === 'erased' });
    return true;
  }
  await removeIdentifiers(options.pool, options.ledger, event);
  return false;
}

/**
 * Carries out every erasure that a backup has not: what the worker does from its own position, done before anything of the
 * backup is served. Doing it again changes nothing. Tells how many people were erased.
 */
export async function applyErasures(options: EraserOptions, from: number): Promise<number> {
  const { rows } = await options.pool.query<{ next: string }>(CURSOR, [options.ledger]);
  let erased = 0;
  for (let at = Math.min(from, Number(rows[0]?.next ?? 0)); ; ) {
    const span = await readSpan(options.pool, options.ledger, { from: at, limit: SPAN, types: ['person-erased', 'identifiers-changed'] });
    if (!span) return erased;
    for (const { event } of span.events) if (await apply(options, event)) erased += 1;
    at = span.last + 1;
  }
}
