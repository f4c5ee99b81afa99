import { fingerprintOf } from './key-chain.js';
import type { SigningRole } from '#proof';
import { aloneOn } from './keyring-lock.js';
import { lookupChainOf, readKeyring, secret, signingKeyFor, suppressionChainOf, type Keyring, type SigningKey } from './keyring.js';
import { writeSecret } from './secret-file.js';

/** The chains of look-up keys that a keyring holds. */
export type ChainName = 'lookup' | 'suppression';

/**
 * Reads, changes and writes the keyring at `path`, whole or not at all, and alone: no key of another program's change is lost.
 * Gives what stands there now.
 */
function changed(path: string, change: (keyring: Keyring) => Partial<Keyring>): Keyring {
  return aloneOn(path, () => {
    const before = readKeyring(path);
    writeSecret(path, { ...before, ...change(before) });
    return readKeyring(path);
  });
}

const base64 = (keys: Buffer[]): string[] => keys.map((key) => key.toString('base64'));
const CHAINS = { lookup: lookupChainOf, suppression: suppressionChainOf };

/** Adds a key at the end of a chain. It is used only once the ledger's own row says so. */
export function addKey(path: string, chain: ChainName): Keyring {
  return changed(path, (keyring) => ({ [chain]: [...base64(CHAINS[chain](keyring)), secret()] }));
}

/** k1, k2.9f86d081884c7d65, …: a number that rises, and the key's own fingerprint, so that one name never means two keys. */
const numberOf = (name: string): number => Number(/^k(\d+)/.exec(name)?.[1] ?? 0);

/** The master key that lies ready to follow `inUse`; `undefined` where there is none. */
function nextMaster({ master }: Keyring, inUse: string): string | undefined {
  return Object.keys(master.keys).filter((name) => numberOf(name) > numberOf(inUse)).sort((one, other) => numberOf(one) - numberOf(other)).at(-1);
}

/** The master key that follows `inUse`: one that lies ready, else a new one. `current` stays until `useMaster`. */
export function preparedKey(path: string, inUse: string): string {
  const ready = nextMaster(readKeyring(path), inUse);
  if (ready !== undefined) return ready;
  const key = secret();
  const name = `k${numberOf(inUse) + 1}.${fingerprintOf(Buffer.from(key, 'base64'))}`;
  const after = changed(path, (keyring) => (nextMaster(keyring, inUse) === undefined ? { master: { ...keyring.master, keys: { ...keyring.master.keys, [name]: key } } } : {}));
  return nextMaster(after, inUse) ?? name;
}

/** Makes a master key that the keyring holds the one that starting processes use. */
export function useMaster(path: string, name: string): Keyring {
  return changed(path, ({ master }) => ({ master: { ...master, current: name } }));
}

/** Master keys that are older than the one in use. */
export const mastersBeside = ({ master }: Keyring, inUse: string): string[] => Object.keys(master.keys).filter((name) => numberOf(name) < numberOf(inUse));

/** Removes master keys. What they wrapped can never be opened again: the caller has made sure that nothing is. */
export function removeMasters(path: string, names: readonly string[]): Keyring {
  return changed(path, ({ master }) => ({ master: { ...master, keys: Object.fromEntries(Object.entries(master.keys).filter(([name]) => !names.includes(name))) } }));
}

/** The key that lies ready to follow in a role, made where there is none; it signs nothing until the ledger says so. */
export function preparedSigner(path: string, role: SigningRole): SigningKey {
  const ready = ({ beside, origin }: Keyring): SigningKey => beside?.[role]?.next ?? signingKeyFor(role, origin);
  const { beside } = changed(path, (keyring) => ({ beside: { ...keyring.beside, [role]: { ...keyring.beside?.[role], next: ready(keyring) } } }));
  return beside?.[role]?.next as SigningKey;
}

/** Makes the key that lies ready the role's own, and the one so far the newest of the former ones. */
export function useSigner(path: string, role: SigningRole): Keyring {
  return changed(path, ({ beside, [role]: inUse }) => {
    const { next, former = [] } = beside?.[role] ?? {};
    if (!next) throw new Error(`no ${role} key lies ready in the keyring`);
    return { [role]: next, beside: { ...beside, [role]: { former: [...former, ...(inUse ? [inUse] : [])] } } };
  });
}

/** Removes the private halves of former keys; what they signed stays verifiable. */
export function retireSigners(path: string, role: SigningRole, verifiers: readonly string[]): Keyring {
  return changed(path, ({ beside }) => {
    const former = (beside?.[role]?.former ?? []).map((key) => (verifiers.includes(key.verifier) ? { verifier: key.verifier } : key));
    return { beside: { ...beside, [role]: { ...beside?.[role], former } } };
  });
}
