import type { Pool } from 'pg';
import { readKeyChanges, type RecordedKeyChange } from '#ledger';
import { changedBy, parseVerifier, sameBytes, type SigningRole } from '#proof';
import { KeyMissing, keyringNow, sha256, verifiersIn, type FormerKey, type Keyring, type SigningKey } from '#vault';

const DAY_SECONDS = 86_400;
/** So long after a change the key before it signs beside the new one. */
export const BOTH_SIGN_SECONDS = 30 * DAY_SECONDS;

/** `<name>+<id>` of a verifier key. */
export const nameOf = (verifier: string): string => verifier.split('+', 2).join('+');

const secondsOf = (time: string): number => Math.floor(Date.parse(time) / 1_000);

/** When a key was followed by another, in POSIX seconds; undefined where the ledger holds no such change. */
export function followedAt(changes: readonly RecordedKeyChange[], verifier: string): number | undefined {
  const { id } = parseVerifier(sha256, verifier);
  const change = changes.find(({ fact }) => sameBytes(changedBy(fact) ?? id.slice(1), id));
  return change && secondsOf(change.recordedAt);
}

/** The key in use as the ledger says, and those before it; undefined where the keyring lacks the one in use. */
function standing(keyring: Keyring, role: SigningRole, changes: readonly RecordedKeyChange[]): { inUse: SigningKey; former: FormerKey[] } | undefined {
  const own = keyring[role];
  const { next, former = [] } = keyring.beside?.[role] ?? {};
  const newest = changes.at(-1)?.fact.key;
  const isNewest = ({ verifier }: FormerKey): boolean => nameOf(verifier) === newest;
  if (!own) return undefined;
  if (next && isNewest(next)) return { inUse: next, former: [...former, own] };
  // A ledger that was put back from a backup may know fewer changes than the keyring.
  return newest === undefined || [own, ...former].some(isNewest) ? { inUse: own, former } : undefined;
}

/** The key before the one in use, where the ledger has lost the change between them with its newest commits: the keyring named the new one already. */
export function beforeLost({ beside }: Keyring, role: SigningRole, changes: readonly RecordedKeyChange[]): SigningKey | undefined {
  const former = beside?.[role]?.former ?? [];
  const before = former.at(-1);
  const newest = changes.at(-1)?.fact.key;
  if (!before?.privateKey) return undefined;
  const isLost = newest === undefined ? former.length === 1 : newest === nameOf(before.verifier);
  return isLost ? (before as SigningKey) : undefined;
}

/** Of the former keys those that sign still: for 30 days after the change, and for as long as the ledger knows none, which it has lost then. */
function signing(former: FormerKey[], changes: readonly RecordedKeyChange[], seconds: number): SigningKey[] {
  const still = former.filter(({ verifier, privateKey }) => {
    const followed = followedAt(changes, verifier);
    return followed === undefined ? privateKey !== undefined : seconds < followed + BOTH_SIGN_SECONDS;
  });
  const gone = still.find(({ privateKey }) => privateKey === undefined);
  if (gone) throw new KeyMissing(`the keyring lacks the private half of ${nameOf(gone.verifier)}, which signs for 30 days after its change`);
  return still as SigningKey[];
}

/**
 * The keys that sign for a ledger. Which one is in use the ledger's `key-changed` events say, at the moment of each question; a
 * process that meets a key it does not hold reads the keyring's file again, and throws KeyMissing where it lacks that key.
 */
export class SigningKeys {
  private readonly pool: Pool;
  private readonly ledger: number;
  private keyring: Keyring;

  constructor({ pool, ledger, keyring }: { pool: Pool; ledger: number; keyring: Keyring }) {
    this.pool = pool;
    this.ledger = ledger;
    this.keyring = keyring;
  }

  /** The keys that sign at a moment (POSIX seconds): the one in use first, then those that it followed less than 30 days before. */
  async at(role: SigningRole, seconds: number): Promise<SigningKey[]> {
    const changes = await this.changes(role);
    const { inUse, former } = this.standing(role, changes);
    return [inUse, ...signing(former, changes, seconds).toReversed()];
  }

  /** The key in use. */
  async current(role: SigningRole): Promise<SigningKey> {
    return this.standing(role, await this.changes(role)).inUse;
  }

  /** Every verifier key that the role ever had, the one in use first. */
  async verifiers(role: SigningRole): Promise<string[]> {
    const { inUse } = this.standing(role, await this.changes(role));
    return [...new Set([inUse.verifier, ...verifiersIn(keyringNow(this.keyring), role)])];
  }

  private async changes(role: SigningRole): Promise<RecordedKeyChange[]> {
    return (await readKeyChanges(this.pool, this.ledger)).filter(({ fact }) => fact.role === role);
  }

  private standing(role: SigningRole, changes: readonly RecordedKeyChange[]): NonNullable<ReturnType<typeof standing>> {
    const known = standing(this.keyring, role, changes);
    if (known) return known;
    const keyring = keyringNow(this.keyring);
    const found = standing(keyring, role, changes);
    if (!found) throw new KeyMissing(changes.length > 0 ? `the ${role} key ${String(changes.at(-1)?.fact.key)} is not in the keyring` : `the keyring holds no ${role} key: run the set-up once, it makes one`);
    this.keyring = keyring;
    return found;
  }
}
