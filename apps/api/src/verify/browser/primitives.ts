import { hashes, verify } from '@noble/ed25519';
import { sha256 as sha256Of, sha512 } from '@noble/hashes/sha2.js';
import type { Primitives } from '#proof';

hashes.sha512 = sha512;

/** SHA-256 and Ed25519 for the page; strict RFC 8032, as Node's own is. A key or signature that is none is false. */
export const primitives: Primitives = {
  sha256: (...parts) => parts.reduce((hash, part) => hash.update(part), sha256Of.create()).digest(),
  check(publicKey, message, signature) {
    try {
      return verify(signature, message, publicKey, { zip215: false });
    } catch {
      return false;
    }
  },
};
