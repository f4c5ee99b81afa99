import { fromBase64, toBase64 } from './base64.js';
import { HASH_BYTES } from './tiles.js';
import { isSignedBy, listOf, parseNote, type CheckSignature, type Note, type Verifiers } from './signed-note.js';

/** The state of a log at one moment (C2SP tlog-checkpoint): its origin, number of leaves, and root. */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array;
}

/** The text that is signed: three lines, each ended. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${toBase64(root)}\n`;

/** Reads a checkpoint's text; throws a RangeError where it is malformed. Further lines are extensions, which we write none of. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, digits, base64] = text.split('\n');
  const root = fromBase64(base64 ?? '');
  const size = /^(0|[1-9]\d*)$/.test(digits ?? '') ? Number(digits) : NaN;
  if (!origin || !Number.isSafeInteger(size) || root?.length !== HASH_BYTES || !text.endsWith('\n')) throw new RangeError('this is no checkpoint');
  return { origin, size, root };
}

/**
 * Reads a signed checkpoint. Throws a RangeError where the note is malformed, is not of the log that the keys name, or was
 * signed by none of them. Who else signed it is for the caller to ask.
 */
export function openCheckpoint(signed: string, log: Verifiers, check: CheckSignature): Checkpoint & { note: Note } {
  const note = parseNote(signed);
  const checkpoint = parseCheckpoint(note.text);
  const own = listOf(log).filter(({ name }) => name === checkpoint.origin);
  if (own.length === 0) throw new RangeError(`this checkpoint is of ${checkpoint.origin}, not of ${listOf(log)[0]?.name}`);
  if (!isSignedBy(note, own, check)) throw new RangeError(`this checkpoint is not signed by ${checkpoint.origin}`);
  return { ...checkpoint, note };
}
