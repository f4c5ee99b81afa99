import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { CompactSign, exportJWK, type JWK } from 'jose';
import { canonicalBytes } from '#proof';
import type { SigningKey } from '#vault';

/**
 * Signs receipts as JWS (Ed25519) with the log's key, so that one key is to be trusted. What a JWS signs has no line feed and
 * what the log signs ends with one: a signature of one kind is never one of the other.
 */
export class ReceiptSigner {
  private readonly key: KeyObject;
  /** Name and id of the log's verifier key. */
  readonly kid: string;

  constructor({ verifier, privateKey }: SigningKey) {
    this.key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
    this.kid = verifier.split('+', 2).join('+');
  }

  /** The compact JWS over the RFC 8785 bytes of a document. */
  sign(document: unknown): Promise<string> {
    return new CompactSign(canonicalBytes(document)).setProtectedHeader({ alg: 'EdDSA', kid: this.kid, cty: 'ld+json' }).sign(this.key);
  }

  async publicKeys(): Promise<{ keys: JWK[] }> {
    return { keys: [{ ...(await exportJWK(createPublicKey(this.key))), kid: this.kid, alg: 'EdDSA', use: 'sig' }] };
  }
}
