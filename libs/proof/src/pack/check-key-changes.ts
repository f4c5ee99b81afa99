import { LEDGER_PERSON, LEDGER_PURPOSE, type LedgerEvent } from '#contracts';
import { followKeyChanges, keyName, type FollowedKeys, type SigningRole, type StatedChange } from '../key-change.js';
import { sameBytes } from '../merkle-verify.js';
import type { Verifier } from '../signed-note.js';
import { KEY_CHANGES, type PackFiles } from './layout.js';
import { textOf } from './read-file.js';
import type { Findings, Primitives } from './report.js';

/** The keys of one role: those trusted, and ids of those that they followed, by which alone nothing is trusted. */
export interface RoleKeys {
  trusted: Verifier[];
  former: Uint8Array[];
  /** Ids of those from which a signed change leads on. */
  replaced: Uint8Array[];
  /** The last key to which signed changes lead from one that was given, trusted or not: whatever was signed since bears its signature. */
  newest?: Verifier;
}

function readChanges(files: PackFiles, ledger: string): StatedChange[] {
  const bytes = files.get(KEY_CHANGES);
  if (!bytes) return [];
  return textOf(bytes).split('\n').slice(0, -1).map((line) => {
    const { type, person, purpose, ledger: origin, fact, recordedAt } = (JSON.parse(line) ?? {}) as Partial<LedgerEvent>;
    const own = type === 'key-changed' && person === LEDGER_PERSON && purpose === LEDGER_PURPOSE && origin === ledger;
    if (!own || typeof fact !== 'object' || !fact || typeof recordedAt !== 'string') throw new RangeError('a line is no change of a key of this ledger');
    return { fact, recordedAt };
  });
}

/** Says what the changes show, and which keys are trusted then: those given and, only where that was asked for, those that follow from them. */
export function trustedAfter(found: Pick<Findings, 'all' | 'fails' | 'open'>, given: readonly Verifier[], { findings, following, former, replaced }: FollowedKeys, follow: boolean): RoleKeys {
  for (const { state, text } of findings) {
    if (state === 'fails') found.fails(text);
    else found.all.push({ state, text });
  }
  const news = following.filter(({ id }) => !given.some((key) => sameBytes(key.id, id)));
  const newest = following.at(-1);
  if (follow) return { trusted: [...given, ...news], former, replaced, newest };
  if (news.length > 0) found.open(`what is signed only by ${news.map(keyName).join(', ')} is not trusted by that: give the newer key too, from a source that you trust, or ask that signed changes of the key be followed`);
  return { trusted: [...given], former, replaced, newest };
}

/**
 * The changes of the log's keys that the pack holds, followed from the keys that the verifier gave. A change that the key in
 * use did not sign is named.
 */
export function checkKeyChanges(found: Findings, files: PackFiles, primitives: Primitives, { ledger, given, follow }: { ledger: string; given: Record<SigningRole, Verifier[]>; follow: boolean }): Record<SigningRole, RoleKeys> {
  const changes = found.check(KEY_CHANGES, () => readChanges(files, ledger), () => undefined) ?? [];
  const keysOf = (role: SigningRole): RoleKeys => {
    if (given[role].length === 0) return { trusted: [], former: [], replaced: [] };
    return trustedAfter(found, given[role], followKeyChanges({ ledger, role, changes, given: given[role] }, primitives), follow);
  };
  return { log: keysOf('log'), cosigner: keysOf('cosigner') };
}
