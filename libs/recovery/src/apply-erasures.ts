import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { eraseHeld, removeIdentifiers, type EraserOptions } from '#ledger';
import { readSpan } from '#outbox';
import { neverFound } from './missing.js';

const SPAN = 2_000;
/** The index from which the worker has not removed anything yet: the backup's own. */
const CURSOR = `SELECT next FROM leases WHERE ledger = $1 AND role = 'erasures'`;

interface Applied {
  erased: number;
  /** Of them, those whose suppression is lost: their identifiers came after the backup, and lie in no log, or are damaged. */
  unsuppressed: number;
}

async function apply(options: EraserOptions, event: LedgerEvent, from: number, applied: Applied): Promise<void> {
  const { pool, ledger } = options;
  if (event.purpose !== WHOLE_PERSON) return;
  if (event.type !== 'person-erased') return removeIdentifiers(pool, ledger, event);
  const suppress = event.reason === 'erased';
  const lost = suppress && (await neverFound(pool, ledger, event.person, from));
  const damaged = await eraseHeld(options, event.person, { suppress });
  if (lost || damaged > 0) applied.unsuppressed += 1;
  applied.erased += 1;
}

/**
 * Carries out every erasure that a backup has not: what the worker does from its own position, done before anything of the
 * backup is served. Doing it again changes nothing.
 */
export async function applyErasures(options: EraserOptions, from: number): Promise<Applied> {
  const { rows } = await options.pool.query<{ next: string }>(CURSOR, [options.ledger]);
  const applied = { erased: 0, unsuppressed: 0 };
  for (let at = Math.min(from, Number(rows[0]?.next ?? 0)); ; ) {
    const span = await readSpan(options.pool, options.ledger, { from: at, limit: SPAN, types: ['person-erased', 'identifiers-changed'] });
    if (!span) return applied;
    for (const { event } of span.events) await apply(options, event, from, applied);
    at = span.last + 1;
  }
}
