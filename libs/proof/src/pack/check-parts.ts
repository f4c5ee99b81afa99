import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import type { PackedEvent } from './check-chain.js';
import type { Findings } from './report.js';

/** Whom a person's own events name as merged into him, and not split off since; with the event that says so. */
export function partsIn<E extends { event: LedgerEvent }>(events: readonly E[]): Map<string, E> {
  const parts = new Map<string, E>();
  for (const one of events) {
    const { type, purpose, fact } = one.event;
    const { other, role } = (fact ?? {}) as { other?: unknown; role?: unknown };
    if (purpose !== WHOLE_PERSON || typeof other !== 'string') continue;
    if (type === 'person-merged' && role === 'into') parts.set(other, one);
    if (type === 'person-split') parts.delete(other);
  }
  return parts;
}

/** Whoever belongs to a person of the pack has a chain in it: his own words count for the person, too. */
export function checkParts(found: Findings, chains: ReadonlyMap<string, readonly PackedEvent[]>): void {
  for (const events of chains.values()) {
    for (const [part, { where }] of partsIn(events)) {
      if (!chains.has(part)) found.fails(`${part} was merged into this person, and the pack leaves out what he had decided`, where);
    }
  }
}
