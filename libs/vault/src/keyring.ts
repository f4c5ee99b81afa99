import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { COSIGNATURE, ED25519 } from '#proof';
import { newSigningKey } from './signing.js';

/** Secret keys by name, and which of them is used for what is new; the others stay to read what is old. */
export interface KeySet {
  current: string;
  keys: Record<string, string>;
}

/** Everything secret that one ledger needs. Keys are base64; lookup keys are a chain, oldest first. */
export interface Keyring {
  origin: string;
  master: KeySet;
  lookup: string[];
  /** Chain of keys under which identifiers of erased people are recognised, oldest first; see `suppressionKeysOf`. */
  suppression?: string[];
  idempotency: string;
  tokens: KeySet;
  log: SigningKey;
  /** The operator's own key for timestamped cosignatures (C2SP cosignature/v1); keyrings made before it get one by the set-up. */
  cosigner?: SigningKey;
}

/** An Ed25519 key: the C2SP verifier line of its public half, and the private half (PKCS 8, base64). */
export interface SigningKey {
  verifier: string;
  privateKey: string;
}

const secret = (): string => randomBytes(32).toString('base64');
const keySet = (): KeySet => ({ current: 'k1', keys: { k1: secret() } });

/** Named apart from the log's own key, so that a verifier can ask for both. */
const cosignerOf = (origin: string): SigningKey => newSigningKey(`${origin}/operator`, COSIGNATURE);

/** New random keys for a ledger that has no event yet. */
export function createKeyring(origin: string): Keyring {
  const keys = { master: keySet(), lookup: [secret()], suppression: [secret()], idempotency: secret(), tokens: keySet() };
  return { origin, ...keys, log: newSigningKey(origin, ED25519), cosigner: cosignerOf(origin) };
}

/** Where the keyring lies: `SAMTYCKE_KEYRING`, else `keyring.json` in the data folder. */
export const keyringPath = (dataDir: string): string => process.env.SAMTYCKE_KEYRING ?? join(dataDir, 'keyring.json');

/** Reads a keyring; throws an Error that names the file when it is missing or broken. */
export function readKeyring(path: string): Keyring {
  try {
    const keyring = JSON.parse(readFileSync(path, 'utf8')) as Keyring;
    if (!keyring.origin || !keyring.master?.current) throw new Error('members are missing');
    return keyring;
  } catch (cause) {
    throw new Error(`cannot read the keyring ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** The keyring at `path`, made with new keys on first use, and given what an older one lacks (file mode 0600, written whole or not at all). */
export function keyringFor(path: string, origin: string): Keyring {
  const standing = existsSync(path) ? readKeyring(path) : undefined;
  if (standing?.cosigner) return standing;
  mkdirSync(dirname(path), { recursive: true });
  const keyring = standing ? { ...standing, cosigner: cosignerOf(standing.origin) } : createKeyring(origin);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(keyring, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
  return keyring;
}

/** The look-up chain as keys, oldest first. */
export const lookupKeysOf = ({ lookup }: Keyring): Buffer[] => lookup.map((key) => Buffer.from(key, 'base64'));

/** The chain for erased people. A keyring older than this chain has one that follows from its oldest look-up key, which never goes. */
export function suppressionKeysOf({ suppression, lookup }: Keyring): Buffer[] {
  if (suppression) return suppression.map((key) => Buffer.from(key, 'base64'));
  return [createHmac('sha256', Buffer.from(lookup[0] ?? '', 'base64')).update('samtycke suppression').digest()];
}
