import { createCipheriv, createDecipheriv, createSecretKey, type CipherKey, type KeyObject } from 'node:crypto';
import { KeyMissing } from './key-chain.js';
import { randomBytes } from './random.js';

const NONCE = 12;
const TAG = 16;

/** AES-256-GCM: nonce (12 random bytes) ‖ ciphertext ‖ tag (16). `aad` binds it to its place and is needed to open it. */
export function seal(key: CipherKey, aad: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(aad));
  const sealed = Buffer.allocUnsafe(NONCE + plain.length + TAG);
  sealed.set(nonce, 0);
  sealed.set(cipher.update(plain), NONCE);
  cipher.final();
  sealed.set(cipher.getAuthTag(), NONCE + plain.length);
  return sealed;
}

/** Opens what `seal` made; throws when the key, the place or a single bit differs. */
export function open(key: CipherKey, aad: string, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE));
  decipher.setAAD(Buffer.from(aad));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()]);
}

/** A person's key as it lies in the database: wrapped by a master key that is named. */
export interface WrappedKey {
  master: string;
  wrapped: Buffer;
}

/** Master keys by name, base64. */
export type MasterKeys = Record<string, string>;

/**
 * Makes, wraps and unwraps the keys of people. Keys are random, never derived, so that deleting one ends all it sealed.
 * A name that is not known is looked for in the keyring again (`reread`) before it is missing; a key once known stays
 * known to this process, since a row may have been read before it was wrapped anew. Throws KeyMissing.
 */
export class PersonKeys {
  private readonly masters = new Map<string, KeyObject>();
  constructor(
    private readonly ledger: string,
    private current: string,
    keys: MasterKeys,
    private readonly reread: () => MasterKeys = () => ({}),
  ) {
    this.take(keys);
  }

  private take(keys: MasterKeys): void {
    for (const [name, key] of Object.entries(keys)) this.masters.set(name, createSecretKey(key, 'base64'));
  }

  private master(name: string): KeyObject {
    if (!this.masters.has(name)) this.take(this.reread());
    const key = this.masters.get(name);
    if (!key) throw new KeyMissing(`master key ${name} is not in the keyring`);
    return key;
  }

  /** From now on new keys are wrapped by this master. */
  use(name: string): void {
    this.master(name);
    this.current = name;
  }

  /** The same key under the named master; the person's key itself does not change, nor anything sealed with it. */
  rewrap(person: string, stored: WrappedKey, name: string): WrappedKey {
    const raw = open(this.master(stored.master), this.aad(person), stored.wrapped);
    const wrapped = seal(this.master(name), this.aad(person), raw);
    raw.fill(0);
    return { master: name, wrapped };
  }

  private aad(person: string): string {
    return `${this.ledger}|${person}|key`;
  }

  /** A new key for a person, and its wrapped form to be stored. */
  make(person: string): { key: Buffer; stored: WrappedKey } {
    const key = randomBytes(32);
    return { key, stored: { master: this.current, wrapped: seal(this.master(this.current), this.aad(person), key) } };
  }

  /** The key itself, for use at once: unwrapping costs less than keeping key objects of many people. */
  unwrap(person: string, stored: WrappedKey): Buffer {
    return open(this.master(stored.master), this.aad(person), stored.wrapped);
  }
}
