import { isGone } from '#ledger';
import { evidenceFile, toBase64, type Openings } from '#proof';
import { openEvidence } from '#vault';
import type { Chain } from './read-chains.js';
import type { PackRequest, PackSource } from './source.js';

interface Row {
  event: string;
  kinds: string;
  sealed: Buffer;
  master: string;
  wrapped: Buffer;
}

export interface OpenedItem {
  opening: Openings['items'][number];
  item: Buffer;
}

const EVIDENCE = `
SELECT v.event, v.kinds, v.sealed, k.master, k.wrapped FROM person_keys k, evidence v
WHERE k.ledger = $1 AND k.person = $2 AND v.ledger = $1 AND v.person = $2 AND v.event = $3
AND NOT ${isGone('$2')}`;

/** Whether this kind is asked for; `file` stands for every file of an event. */
export const isAsked = (open: PackRequest['open'], kind: string): boolean => open === 'all' || open.includes(kind) || (kind.startsWith('file-') && open.includes('file'));

/**
 * Opens the evidence that is asked for, one event at a time, so that never more than one event's files are in memory. What was
 * erased, also since the pack was begun, is not opened any more; the event's commitment stays.
 */
export async function* openItems({ pool, ledger, origin, keys }: PackSource, { person, events }: Chain, open: PackRequest['open']): AsyncGenerator<OpenedItem> {
  for (const { event } of events) {
    if (!Object.keys(event.evidence ?? {}).some((kind) => isAsked(open, kind))) continue;
    const { rows } = await pool.query<Row>(EVIDENCE, [ledger, person, event.event]);
    for (const { kinds, sealed, ...wrapped } of rows) {
      const items = openEvidence(keys.unwrap(person, wrapped), { ledger: origin, person, event: event.event }, kinds, sealed);
      for (const { kind, random, item } of items) {
        const opening = { person, event: event.event, kind, random: toBase64(random), file: evidenceFile(event.event, kind) };
        if (isAsked(open, kind)) yield { opening, item };
      }
    }
  }
}
