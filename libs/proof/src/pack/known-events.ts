import { fromBase64, toBase64 } from '../base64.js';
import { parseCheckpoint } from '../checkpoint.js';
import type { EventProof } from '../event-proof.js';
import { parseNote } from '../signed-note.js';
import { CHECKPOINT, inclusionFile, eventsFile, type PackFiles } from './layout.js';
import { isCount, need, readList, textOf } from './read-file.js';

/** Events that the verifier knows from elsewhere: from another pack, or as `…/proof?format=json` gave them. */
export interface KnownEvents {
  checkpoint: string;
  events: EventProof[];
}

/** A signed checkpoint that the verifier kept. Throws a RangeError where it is none: a mistake of his, and no finding about a pack. Whoever signed it is asked when it is held against one. */
export function readKept(signed: string): string {
  parseCheckpoint(parseNote(signed).text);
  return signed;
}

/** An event that names a person, in base64. */
function isEntry(entry: unknown): entry is string {
  const bytes = typeof entry === 'string' ? fromBase64(entry) : undefined;
  try {
    const event = bytes && (JSON.parse(textOf(bytes)) as { person?: unknown } | null);
    return typeof event?.person === 'string';
  } catch {
    return false;
  }
}

const isHash = (hash: unknown): boolean => typeof hash === 'string' && fromBase64(hash) !== undefined;

function isProof(value: unknown): value is EventProof {
  const { index, entry, hashes } = (value ?? {}) as Partial<Record<keyof EventProof, unknown>>;
  return isCount(index) && isEntry(entry) && Array.isArray(hashes) && hashes.every(isHash);
}

/** What `…/proof?format=json` answered. Throws a RangeError where it is something else: a mistake of the verifier's, and no finding about a pack. */
export function readKnown(value: unknown): KnownEvents {
  const { checkpoint, events } = (value ?? {}) as Partial<Record<keyof KnownEvents, unknown>>;
  if (typeof checkpoint !== 'string' || !Array.isArray(events)) throw new RangeError('it holds no checkpoint and events');
  const strange = events.findIndex((one) => !isProof(one));
  if (strange >= 0) throw new RangeError(`the event number ${strange + 1} in it cannot be read`);
  return { checkpoint: readKept(checkpoint), events: events as EventProof[] };
}

/** What another pack says, to be held against this one. Throws a RangeError where it is no pack. */
export function knownFromPack(files: PackFiles): KnownEvents {
  const people = [...files.keys()].flatMap((name) => /^events\/(.+)\.ndjson$/.exec(name)?.[1] ?? []);
  const events = people.flatMap((person) => {
    const lines = textOf(need(files, eventsFile(person))).split('\n').slice(0, -1);
    return readList(files, inclusionFile(person), 'events').map(({ index, hashes }, at) => ({ index, hashes, entry: toBase64(new TextEncoder().encode(lines[at])) }));
  });
  return readKnown({ checkpoint: textOf(need(files, CHECKPOINT)), events });
}
