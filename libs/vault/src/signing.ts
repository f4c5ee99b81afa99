import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { verifierFor, verifierText, type CheckSignature, type Sha256, type Sign } from '#proof';

/** SHA-256 of the parts, one after the other. */
export const sha256: Sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** Ed25519 (RFC 8032) by raw public key; a key or signature that is none is false. */
export const checkEd25519: CheckSignature = (publicKey, message, signature) => {
  try {
    const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') } });
    return verify(null, message, key, signature);
  } catch {
    return false;
  }
};

/** Signs with a private key as the keyring holds it (PKCS 8, base64). */
export function signerOf(privateKey: string): Sign {
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  return (message) => sign(null, message, key);
}

/** A new Ed25519 key with the C2SP verifier line of its public half. */
export function newSigningKey(name: string, type: number): { verifier: string; privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const verifier = verifierText(verifierFor(sha256, { name, type, publicKey: raw }));
  return { verifier, privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64') };
}
