import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { COSIGNATURE, ED25519, type SigningRole } from '#proof';
import { KeyChain, KeyMissing } from './key-chain.js';
import { aloneOn } from './keyring-lock.js';
import { PersonKeys } from './seal.js';
import { writeSecret } from './secret-file.js';
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
  /** Keys beside those two: the one that lies ready to follow, and those that were followed, oldest first. */
  beside?: Partial<Record<SigningRole, { next?: SigningKey; former?: FormerKey[] }>>;
}

/** A key that another has followed. What it signed is verified for ever; its private half goes when it signs no more. */
export type FormerKey = Pick<SigningKey, 'verifier'> & Partial<SigningKey>;

/** An Ed25519 key: the C2SP verifier line of its public half, and the private half (PKCS 8, base64). */
export interface SigningKey {
  verifier: string;
  privateKey: string;
}

/** A new secret key, base64. */
export const secret = (): string => randomBytes(32).toString('base64');
const keySet = (): KeySet => ({ current: 'k1', keys: { k1: secret() } });

/** A new key for a role. The cosigner is named apart from the log's own key, so that a verifier can ask for both. */
export const signingKeyFor = (role: SigningRole, origin: string): SigningKey => (role === 'log' ? newSigningKey(origin, ED25519) : newSigningKey(`${origin}/operator`, COSIGNATURE));

/** New random keys for a ledger that has no event yet. */
export function createKeyring(origin: string): Keyring {
  const keys = { master: keySet(), lookup: [secret()], suppression: [secret()], idempotency: secret(), tokens: keySet() };
  return { origin, ...keys, log: signingKeyFor('log', origin), cosigner: signingKeyFor('cosigner', origin) };
}

/** Where the keyring lies: `SAMTYCKE_KEYRING`, else `keyring.json` in the data folder. */
export const keyringPath = (dataDir: string): string => process.env.SAMTYCKE_KEYRING || join(dataDir, 'keyring.json');

/** Where keyrings were read from, so that what is made of one can follow its changes. */
const sources = new WeakMap<Keyring, string>();

/** The keyring as it stands now where it was read from; one that never lay in a file is as it is. Throws KeyMissing. */
export function again(keyring: Keyring): Keyring {
  const path = sources.get(keyring);
  try {
    return path === undefined ? keyring : readKeyring(path);
  } catch (cause) {
    throw new KeyMissing((cause as Error).message, { cause });
  }
}

/** Reads a keyring; throws an Error that names the file when it is missing or broken. */
export function readKeyring(path: string): Keyring {
  try {
    const keyring = JSON.parse(readFileSync(path, 'utf8')) as Keyring;
    if (!keyring.origin || !keyring.master?.current) throw new Error('members are missing');
    sources.set(keyring, path);
    return keyring;
  } catch (cause) {
    throw new Error(`cannot read the keyring ${path}: ${(cause as Error).message}`, { cause });
  }
}

const standingAt = (path: string): Keyring | undefined => (existsSync(path) ? readKeyring(path) : undefined);

const complete = (keyring: Keyring): Keyring => ({ ...keyring, cosigner: keyring.cosigner ?? signingKeyFor('cosigner', keyring.origin) });

/** The keyring at `path`, made with new keys on first use, and given what an older one lacks. */
export function keyringFor(path: string, origin: string): Keyring {
  const standing = standingAt(path);
  if (standing?.cosigner) return standing;
  mkdirSync(dirname(path), { recursive: true });
  return aloneOn(path, () => {
    writeSecret(path, complete(standingAt(path) ?? createKeyring(origin)));
    return readKeyring(path);
  });
}

const bytesOf = (keys: readonly string[]): Buffer[] => keys.map((key) => Buffer.from(key, 'base64'));

/** The look-up keys of a keyring, oldest first; the last may be prepared only. */
export const lookupChainOf = ({ lookup }: Keyring): Buffer[] => bytesOf(lookup);

/** The key under which held withdrawals are found by whom they are about: the oldest look-up key, which never goes. */
export const subjectKeysOf = (keyring: Keyring): Buffer[] => lookupChainOf(keyring).slice(0, 1);

/** The keys for erased people. A keyring older than this chain has one that follows from its oldest look-up key, which never goes. */
export function suppressionChainOf({ suppression, lookup }: Keyring): Buffer[] {
  if (suppression) return bytesOf(suppression);
  return [createHmac('sha256', Buffer.from(lookup[0] ?? '', 'base64')).update('samtycke suppression').digest()];
}

/** The look-up chain of a process; it follows rotations by reading the keyring's file again. */
export const lookupKeysOf = (keyring: Keyring): KeyChain => new KeyChain(lookupChainOf(keyring), () => lookupChainOf(again(keyring)));

/** The chain for erased people; it follows rotations by reading the keyring's file again. */
export const suppressionKeysOf = (keyring: Keyring): KeyChain => new KeyChain(suppressionChainOf(keyring), () => suppressionChainOf(again(keyring)));

/** Every verifier key that a role ever had here, the one in use first; one that only lies ready is none of them. */
export function verifiersIn(keyring: Keyring, role: SigningRole): string[] {
  const former = keyring.beside?.[role]?.former ?? [];
  return [...(keyring[role] ? [keyring[role]] : []), ...former.toReversed()].map(({ verifier }) => verifier);
}

/** What wraps the keys of people; it follows rotations by reading the keyring's file again. */
export const personKeysOf = (keyring: Keyring): PersonKeys =>
  new PersonKeys(keyring.origin, keyring.master.current, keyring.master.keys, () => again(keyring).master.keys);
