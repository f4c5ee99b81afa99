import { fromBase64 } from '../base64.js';
import { verifyInclusion } from '../merkle-verify.js';
import type { SignedTree } from './check-checkpoints.js';
import type { PackedEvent } from './check-chain.js';
import { inclusionFile, type PackFiles } from './layout.js';
import { isCount, readList } from './read-file.js';
import type { Findings, Primitives } from './report.js';

/** Index in the log, by event. */
export type Places = Map<PackedEvent, number>;

interface Entry {
  index: number;
  proof: Uint8Array[];
}

function entriesOf(files: PackFiles, person: string): Map<number, Entry> {
  const name = inclusionFile(person);
  const entries = new Map<number, Entry>();
  for (const { seq, index, hashes } of readList(files, name, 'events')) {
    const proof = Array.isArray(hashes) ? hashes.map((one) => fromBase64(String(one))) : [undefined];
    if (!isCount(seq) || !isCount(index) || proof.includes(undefined) || entries.has(seq)) throw new RangeError(`${name} is malformed`);
    entries.set(seq, { index, proof: proof as Uint8Array[] });
  }
  return entries;
}

/** Every event stands in the log of the pack's checkpoint, in the order of its chain. */
export function checkInclusion(found: Findings, files: PackFiles, { sha256 }: Primitives, chains: Map<string, PackedEvent[]>, { size, root }: SignedTree): Places {
  const places: Places = new Map();
  for (const [person, events] of chains) {
    found.check(`where the events of ${person} stand`, () => {
      const entries = entriesOf(files, person);
      let before = -1;
      for (const one of events) {
        const entry = entries.get(one.where.seq);
        entries.delete(one.where.seq);
        if (!entry) found.fails('nothing shows that the event stands in the log', one.where);
        else if (!verifyInclusion(sha256, { ...entry, size, root, leaf: one.leaf })) found.fails(`the event does not stand in the log at index ${entry.index}`, one.where);
        else if (entry.index <= before) found.fails('the event stands in the log before the one that it follows', one.where);
        else places.set(one, entry.index);
        before = Math.max(before, entry?.index ?? before);
      }
      for (const seq of entries.keys()) found.fails('there is a proof for an event that the pack does not have', { person, seq });
    }, () => `${events.length === 1 ? 'the one event' : `each of the ${events.length} events`} stands in the log that was signed`);
  }
  return places;
}
