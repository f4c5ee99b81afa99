import { bytesOf, concat, COSIGNATURE, listOf, signatureLine, signaturesOf, type CheckSignature, type Note, type Sign, type Verifier, type Verifiers } from './signed-note.js';

const TIME_BYTES = 8;
/** The last second that a date can say. */
const LAST_SECOND = 8_640_000_000_000;

/** What a cosigner signs (C2SP tlog-cosignature, cosignature/v1): the time and the whole text of the checkpoint. */
const messageOf = (text: string, seconds: number): Uint8Array => bytesOf(`cosignature/v1\ntime ${seconds}\n${text}`);

function timeBytes(seconds: number): Uint8Array {
  const bytes = new Uint8Array(TIME_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(seconds));
  return bytes;
}

/** The cosignature line over a checkpoint's text, stating that it was seen at `seconds` (POSIX time). */
export const cosign = (text: string, seconds: number, verifier: Verifier, sign: Sign): string =>
  signatureLine(verifier, concat(timeBytes(seconds), sign(messageOf(text, seconds))));

/** When the cosigner (by any of its keys) says to have seen the note, in POSIX seconds; undefined where it has not signed or a signature is false. */
export function cosignedAt(note: Note, cosigner: Verifiers, check: CheckSignature): number | undefined {
  const keys = listOf(cosigner).filter(({ type }) => type === COSIGNATURE);
  const times = keys.flatMap((key) => signaturesOf(note, key).map(({ bytes }) => timeIn(bytes, note, key, check)));
  return times.includes(undefined) ? undefined : times[0];
}

/** A cosigner among the keys that were given: those of one name are one cosigner's, before and after a change. */
export interface Cosigner {
  name: string;
  keys: Verifier[];
}

/** Whoever gives keys of several asks about each. */
export function cosignersOf(keys: readonly Verifier[]): Cosigner[] {
  const names = [...new Set(keys.map(({ name }) => name))];
  return names.map((name) => ({ name, keys: keys.filter((key) => key.name === name) }));
}

function timeIn(bytes: Uint8Array, note: Note, { publicKey }: Verifier, check: CheckSignature): number | undefined {
  if (bytes.length !== TIME_BYTES + 64) return undefined;
  const seconds = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
  return seconds <= LAST_SECOND && check(publicKey, messageOf(note.text, seconds), bytes.slice(TIME_BYTES)) ? seconds : undefined;
}
