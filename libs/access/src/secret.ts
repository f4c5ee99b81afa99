import { createHash, randomBytes } from 'node:crypto';

export type KeyKind = 'server' | 'site';

const PREFIX: Record<KeyKind, string> = { server: 'sam_', site: 'sam_site_' };

/** A new key: 256 random bits behind a prefix that tells its kind, and secret scanners what they found. */
export const newSecret = (kind: KeyKind): string => PREFIX[kind] + randomBytes(32).toString('base64url');

/** SHA-256: enough for a secret of 256 random bits, which nobody can guess from its hash. */
export const secretHash = (secret: string): Buffer => createHash('sha256').update(secret).digest();
