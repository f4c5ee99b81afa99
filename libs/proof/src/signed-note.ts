import { fromBase64, toBase64, toHex } from './base64.js';
import type { Sha256 } from './hash.js';
import { sameBytes } from './merkle-verify.js';

/** Ed25519 (RFC 8032): signs a message with a key that the caller holds. */
export type Sign = (message: Uint8Array) => Uint8Array;
/** Ed25519 (RFC 8032): whether the signature is that of the public key's owner. */
export type CheckSignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** Signature types of C2SP signed-note. */
export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;

/** A public key with the name of its owner: `<name>+<key id>+<base64(type ‖ public key)>`. */
export interface Verifier {
  name: string;
  /** First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key). */
  id: Uint8Array;
  type: number;
  publicKey: Uint8Array;
}

export interface NoteSignature {
  name: string;
  id: Uint8Array;
  bytes: Uint8Array;
}

/** A text and who signed it. `text` ends in a line feed. */
export interface Note {
  text: string;
  signatures: NoteSignature[];
}

const ID_BYTES = 4;
const KEY_BYTES = 32;
const encoder = new TextEncoder();
const NAME = /^[^\s+]+$/u;

export const bytesOf = (text: string): Uint8Array => encoder.encode(text);

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The verifier of a key; throws where the name holds a space or a plus. */
export function verifierFor(sha256: Sha256, key: { name: string; type: number; publicKey: Uint8Array }): Verifier {
  if (!NAME.test(key.name) || key.publicKey.length !== KEY_BYTES) throw new RangeError('a key name has no space and no plus; an Ed25519 key has 32 bytes');
  const id = sha256(bytesOf(`${key.name}\n`), Uint8Array.of(key.type), key.publicKey).slice(0, ID_BYTES);
  return { ...key, id };
}

export const verifierText = ({ name, id, type, publicKey }: Verifier): string => `${name}+${toHex(id)}+${toBase64(concat(Uint8Array.of(type), publicKey))}`;

/** Reads a verifier key; throws where it is malformed, its id does not fit, or its type is not Ed25519 or a cosignature. */
export function parseVerifier(sha256: Sha256, text: string): Verifier {
  const [, name, id, key] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text.trim()) ?? [];
  const typed = fromBase64(key ?? '');
  const type = typed?.[0];
  if (name === undefined || !typed || (type !== ED25519 && type !== COSIGNATURE)) throw new RangeError('this is no verifier key (<name>+<id>+<key>) of a known type');
  const verifier = verifierFor(sha256, { name, type, publicKey: typed.slice(1) });
  if (toHex(verifier.id) !== id) throw new RangeError('the id of this verifier key does not fit its name and key');
  return verifier;
}

/** The verifier keys in a text, one a line; throws where one is malformed, or there is none. */
export function parseVerifiers(sha256: Sha256, text: string): Verifier[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (lines.length === 0 ? [''] : lines).map((line) => parseVerifier(sha256, line));
}

/** One signature line; `bytes` is what follows the key id in it. */
export function signatureLine({ name, id }: Pick<Verifier, 'name' | 'id'>, bytes: Uint8Array): string {
  return `— ${name} ${toBase64(concat(id, bytes))}\n`;
}

/** Signs a text with a plain Ed25519 key: the signature line. The text must end in a line feed and hold no empty line at its end. */
export const signNote = (text: string, verifier: Verifier, sign: Sign): string => signatureLine(verifier, sign(bytesOf(text)));

function signatureOf(line: string): NoteSignature | undefined {
  const [, name, base64] = /^— ([^\s+]+) (\S+)$/u.exec(line) ?? [];
  const bytes = base64 === undefined ? undefined : fromBase64(base64);
  if (name === undefined || !bytes || bytes.length <= ID_BYTES) return undefined;
  return { name, id: bytes.slice(0, ID_BYTES), bytes: bytes.slice(ID_BYTES) };
}

/** Text and signatures of a note; throws a RangeError where it is malformed. Nothing is verified. */
export function parseNote(note: string): Note {
  const end = note.lastIndexOf('\n\n');
  const lines = note.slice(end + 2).split('\n');
  const signatures = lines.slice(0, -1).map(signatureOf);
  const control = [...note].some((letter) => letter < ' ' && letter !== '\n');
  if (end < 0 || control || lines.at(-1) !== '' || signatures.length === 0 || signatures.includes(undefined)) throw new RangeError('this is no signed note');
  return { text: note.slice(0, end + 1), signatures: signatures as NoteSignature[] };
}

/** The signatures that claim to be of this key, by name and id. */
export const signaturesOf = ({ signatures }: Note, { name, id }: Verifier): NoteSignature[] =>
  signatures.filter((signature) => signature.name === name && sameBytes(signature.id, id));

/** One key, or several of which any may have signed: those of a log before and after a change of its key. */
export type Verifiers = Verifier | readonly Verifier[];

export const listOf = (keys: Verifiers): readonly Verifier[] => ('id' in keys ? [keys] : keys);

/** Whether a plain Ed25519 key among these signed the note: one has a signature that claims so, and every one that does is true. */
export function isSignedBy(note: Note, keys: Verifiers, check: CheckSignature): boolean {
  const plain = listOf(keys).filter(({ type }) => type === ED25519);
  const claims = plain.flatMap((key) => signaturesOf(note, key).map(({ bytes }) => check(key.publicKey, bytesOf(note.text), bytes)));
  return claims.length > 0 && !claims.includes(false);
}
