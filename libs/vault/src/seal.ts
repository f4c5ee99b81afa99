import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import type { KeySet } from './keyring.js';
import { randomBytes } from './random.js';

const NONCE = 12;
const TAG = 16;

/** AES-256-GCM: nonce (12 random bytes) ‖ ciphertext ‖ tag (16). `aad` binds it to its place and is needed to open it. */
export function seal(key: KeyObject, aad: string, plain: Uint8Array): Buffer {
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
export function open(key: KeyObject, aad: string, sealed: Uint8Array): Buffer {
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

/** Makes, wraps and unwraps the keys of people. Keys are random, never derived, so that deleting one ends all it sealed. */
export class PersonKeys {
  private readonly masters: Map<string, KeyObject>;
  constructor(
    private readonly ledger: string,
    private readonly current: string,
    keys: KeySet['keys'],
  ) {
    this.masters = new Map(Object.entries(keys).map(([name, key]) => [name, createSecretKey(key, 'base64')]));
  }

  private master(name: string): KeyObject {
    const key = this.masters.get(name);
    if (!key) throw new Error(`master key ${name} is not in the keyring`);
    return key;
  }

  private aad(person: string): string {
    return `${this.ledger}|${person}|key`;
  }

  /** A new key for a person, and its wrapped form to be stored. */
  make(person: string): { key: KeyObject; stored: WrappedKey } {
    const raw = randomBytes(32);
    const wrapped = seal(this.master(this.current), this.aad(person), raw);
    const key = createSecretKey(raw);
    raw.fill(0);
    return { key, stored: { master: this.current, wrapped } };
  }

  unwrap(person: string, stored: WrappedKey): KeyObject {
    return createSecretKey(open(this.master(stored.master), this.aad(person), stored.wrapped));
  }
}
