import { createHash, createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

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
  log: { verifier: string; privateKey: string };
}

const secret = (): string => randomBytes(32).toString('base64');
const keySet = (): KeySet => ({ current: 'k1', keys: { k1: secret() } });

/** The verifier line of a C2SP signed note, Ed25519: `<name>+<key id>+<base64(0x01 ‖ public key)>`. */
function verifierOf(name: string, publicKey: Buffer): string {
  const typed = Buffer.concat([Buffer.of(0x01), publicKey]);
  const id = createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, 4).toString('hex');
  return `${name}+${id}+${typed.toString('base64')}`;
}

function logKey(origin: string): Keyring['log'] {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return { verifier: verifierOf(origin, raw), privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64') };
}

/** New random keys for a ledger that has no event yet. */
export function createKeyring(origin: string): Keyring {
  const keys = { master: keySet(), lookup: [secret()], suppression: [secret()], idempotency: secret(), tokens: keySet() };
  return { origin, ...keys, log: logKey(origin) };
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

/** The keyring at `path`, made with new keys on first use (file mode 0600, written whole or not at all). */
export function keyringFor(path: string, origin: string): Keyring {
  if (existsSync(path)) return readKeyring(path);
  mkdirSync(dirname(path), { recursive: true });
  const keyring = createKeyring(origin);
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
