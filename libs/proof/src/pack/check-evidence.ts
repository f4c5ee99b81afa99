import { fromBase64, toHex } from '../base64.js';
import { commitment } from '../hash.js';
import type { PackedEvent } from './check-chain.js';
import { OPENINGS, type PackFiles } from './layout.js';
import { need, readList } from './read-file.js';
import type { Findings, Primitives } from './report.js';

function checkItem(found: Findings, files: PackFiles, { sha256 }: Primitives, item: Record<string, unknown>, events: PackedEvent[]): void {
  const one = events.find(({ event }) => event.event === item.event && event.person === item.person);
  const kind = String(item.kind);
  const random = fromBase64(String(item.random));
  if (!one) return found.fails(`the opened evidence ${kind} is of an event that is not in the pack`);
  const bytes = need(files, String(item.file));
  const committed = one.event.evidence?.[kind];
  const holds = random?.length === 32 && committed === toHex(commitment(sha256, random, bytes));
  if (!holds) found.fails(`the opened evidence ${kind} is not what the event committed to: another content is presented`, one.where);
}

/** Each opened item of evidence is what its event committed to. */
export function checkEvidence(found: Findings, files: PackFiles, primitives: Primitives, events: PackedEvent[]): void {
  const sealed = events.reduce((sum, { event }) => sum + Object.keys(event.evidence ?? {}).length, 0);
  found.check('the evidence', () => {
    if (!files.has(OPENINGS)) return 0;
    const items = readList(files, OPENINGS, 'items');
    for (const item of items) checkItem(found, files, primitives, item, events);
    return items.length;
  }, (count) => (count > 0 ? `${count} of ${sealed} items of evidence are opened: each is what its event committed to` : `no evidence is opened; the events commit to ${sealed} items of it`));
}
