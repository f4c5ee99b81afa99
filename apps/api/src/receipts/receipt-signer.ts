import { createPrivateKey } from 'node:crypto';
import { CompactSign, type JWK } from 'jose';
import type { Freshness } from '#ledger';
import { canonicalBytes, keyName, parseVerifier } from '#proof';
import type { SigningKeys } from '#rotation';
import { sha256 } from '#vault';

/**
 * Signs receipts as JWS (Ed25519) with the log's key in use, so that one key is to be trusted. What a JWS signs has no line
 * feed and what the log signs ends with one: a signature of one kind is never one of the other.
 */
export class ReceiptSigner {
  constructor(
    private readonly signing: SigningKeys,
    private readonly fresh: Freshness,
  ) {}

  /** The compact JWS over the RFC 8785 bytes of a document; its `kid` is name and id of the log's verifier key. Throws KeyMissing, and on an old backup DatabaseBehind. */
  async sign(document: unknown): Promise<string> {
    await this.fresh.demand();
    const { verifier, privateKey } = await this.signing.current('log');
    const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
    return new CompactSign(canonicalBytes(document)).setProtectedHeader({ alg: 'EdDSA', kid: keyName(parseVerifier(sha256, verifier)), cty: 'ld+json' }).sign(key);
  }

  /** Every key that ever signed receipts, the one in use first: a receipt is verified for life. */
  async publicKeys(): Promise<{ keys: JWK[] }> {
    const keys = (await this.signing.verifiers('log')).map((verifier) => parseVerifier(sha256, verifier));
    return { keys: keys.map((key) => ({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key.publicKey).toString('base64url'), kid: keyName(key), alg: 'EdDSA', use: 'sig' })) };
  }
}
