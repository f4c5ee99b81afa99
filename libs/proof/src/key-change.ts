import { fromBase64, toBase64 } from './base64.js';
import type { Sha256 } from './hash.js';
import { sameBytes } from './merkle-verify.js';
import { bytesOf, concat, COSIGNATURE, ED25519, parseVerifier, verifierText, type CheckSignature, type Sign, type Verifier } from './signed-note.js';

/** What a key does for the log: sign its checkpoints, statements and receipts, or state when the operator saw a checkpoint. */
export type SigningRole = 'log' | 'cosigner';

/** A key that takes a role over. */
export interface KeyChange {
  /** Origin of the ledger. */
  ledger: string;
  role: SigningRole;
  to: Verifier;
}

/** A `key-changed` event as far as its signature goes; the fact may come from anywhere. */
export interface StatedChange {
  fact: Record<string, unknown>;
  recordedAt: string;
}

/** What the changes of one role show to whoever has some of its keys. */
export interface FollowedKeys {
  findings: { state: 'holds' | 'fails' | 'open'; text: string }[];
  /** Keys to which an unbroken chain of signatures leads from one that was given, the newest last. Whether they are trusted is the caller's to decide. */
  following: Verifier[];
  /** Ids of the keys that were replaced on the way to one that was given: nothing by them alone is trusted. */
  former: Uint8Array[];
  /** Ids of all keys from which a change leads on. */
  replaced: Uint8Array[];
}

const TITLE = 'Samtycke key change 1';
const ID_BYTES = 4;
const TYPES = { log: ED25519, cosigner: COSIGNATURE };

/** The bytes (UTF-8) that the key in use signs when another takes its role over: four lines, each ended. */
export const keyChangeText = ({ ledger, role, to }: KeyChange): string => `${TITLE}\nledger ${ledger}\nrole ${role}\nkey ${verifierText(to)}\n`;

/** Name and id of a key, as `fact.key`, receipts and messages name it. */
export const keyName = (verifier: Verifier): string => verifierText(verifier).split('+', 2).join('+');

/** The `fact` of a `key-changed` event: the new key, and the signature of the one before, behind its id as in a signed note. */
export function signKeyChange(change: KeyChange, by: Verifier, sign: Sign): { role: SigningRole; key: string; publicKey: string; signature: string } {
  const publicKey = toBase64(concat(Uint8Array.of(change.to.type), change.to.publicKey));
  return { role: change.role, key: keyName(change.to), publicKey, signature: toBase64(concat(by.id, sign(bytesOf(keyChangeText(change))))) };
}

interface ReadChange {
  to: Verifier;
  by: Uint8Array;
  signature: Uint8Array;
}

/** What a fact from anywhere has under a name: `String` throws for an object that brings a `toString` of its own. */
const wordIn = (fact: Record<string, unknown>, name: string): string => (typeof fact[name] === 'string' ? fact[name] : '(no text)');

/** Id of the key that is said to have signed a change; undefined where none is. */
export const changedBy = (fact: Record<string, unknown>): Uint8Array | undefined => fromBase64(wordIn(fact, 'signature'))?.slice(0, ID_BYTES);

function readChange(sha256: Sha256, fact: Record<string, unknown>): ReadChange | undefined {
  const signed = fromBase64(wordIn(fact, 'signature'));
  try {
    const to = parseVerifier(sha256, `${wordIn(fact, 'key')}+${wordIn(fact, 'publicKey')}`);
    return signed && signed.length > ID_BYTES ? { to, by: signed.slice(0, ID_BYTES), signature: signed.slice(ID_BYTES) } : undefined;
  } catch {
    return undefined;
  }
}

interface Given {
  ledger: string;
  role: SigningRole;
  /** Every change that is known, in the order of the log; those of another role are passed over. */
  changes: readonly StatedChange[];
  given: readonly Verifier[];
}

const isKey = (one: Verifier) => (other: Verifier): boolean => verifierText(one) === verifierText(other);

/** Follows one role's keys from change to change. */
class Following {
  readonly findings: FollowedKeys['findings'] = [];
  readonly following: Verifier[] = [];
  readonly former: Uint8Array[] = [];
  readonly replaced: Uint8Array[] = [];
  /** The key in use after the changes so far, where it is known. */
  private inUse?: Verifier;

  constructor(
    private readonly known: Given,
    private readonly changes: readonly (ReadChange | undefined)[],
    private readonly check: CheckSignature,
  ) {}

  take(at: number, day: string, named: string): void {
    const change = this.changes[at];
    if (!change || !this.fits(change.to)) return this.say('fails', `the change to the key ${named} on ${day} is malformed, or of another log`);
    const before = this.inUse ?? this.known.given.find(({ id }) => sameBytes(id, change.by));
    if (!before) return this.unknown(at, change, day);
    if (!this.isSigned(change, before)) return this.say('fails', `the change to the key ${named} on ${day} is not signed by the key in use, ${keyName(before)}: it is forged`);
    this.say('holds', `the key ${keyName(before)} was followed on ${day} by ${verifierText(change.to)}, signed by it`);
    this.replaced.push(change.by);
    if (this.leadsOn(before)) this.following.push(change.to);
    else if (this.isLedTo(at)) this.former.push(change.by);
    this.inUse = change.to;
  }

  private say(state: 'holds' | 'fails' | 'open', text: string): void {
    this.findings.push({ state, text });
  }

  private fits({ name, type }: Verifier): boolean {
    const { ledger, role, given } = this.known;
    const names = role === 'log' ? [ledger] : given.map((one) => one.name);
    return type === TYPES[role] && names.includes(name);
  }

  private isSigned({ to, by, signature }: ReadChange, before: Verifier): boolean {
    return sameBytes(by, before.id) && before.name === to.name && this.check(before.publicKey, bytesOf(keyChangeText({ ...this.known, to })), signature);
  }

  private leadsOn(before: Verifier): boolean {
    return this.known.given.some(isKey(before)) || this.following.some(isKey(before));
  }

  /** Whether this change, or those that follow from it, lead to a key that was given. */
  private isLedTo(at: number): boolean {
    const isGiven = (key: Verifier | undefined): boolean => key !== undefined && this.known.given.some(isKey(key));
    let key = this.changes[at]?.to;
    for (const change of this.changes.slice(at + 1)) {
      if (isGiven(key)) return true;
      if (key && change && sameBytes(change.by, key.id)) key = change.to;
    }
    return isGiven(key);
  }

  /** The signer was not given: that can be so only before the first key that was. */
  private unknown(at: number, { to, by }: ReadChange, day: string): void {
    if (!this.isLedTo(at)) return this.say('fails', `the change to the key ${keyName(to)} on ${day} is signed by a key that you did not give, and leads to none that you gave: it is forged, or of another log`);
    this.say('open', `the change to the key ${keyName(to)} on ${day} is signed by a key that you did not give`);
    this.former.push(by);
    this.replaced.push(by);
    this.inUse = to;
  }
}

/**
 * Follows the changes of a role's key from the keys that were given. Each change must be signed by the key in use before it;
 * one that is not is named, and leads nowhere. Pure; throws for nothing that a fact may hold.
 */
export function followKeyChanges(known: Given, { sha256, check }: { sha256: Sha256; check: CheckSignature }): FollowedKeys {
  const own = known.changes.filter(({ fact }) => fact.role === known.role);
  const following = new Following(known, own.map(({ fact }) => readChange(sha256, fact)), check);
  own.forEach(({ fact, recordedAt }, at) => following.take(at, recordedAt.slice(0, 10), wordIn(fact, 'key')));
  return following;
}
