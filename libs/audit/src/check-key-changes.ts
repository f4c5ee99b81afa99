import type { Pool } from 'pg';
import { LEDGER_PERSON, LEDGER_PURPOSE } from '#contracts';
import { readKeyChanges, type RecordedKeyChange } from '#ledger';
import { Findings, followKeyChanges, keyName, parseVerifiers, trustedAfter, verifierText, type SigningRole } from '#proof';
import { checkEd25519, sha256 } from '#vault';
import type { Problem } from './problem.js';

/** Keys to audit with, each list one a line. */
export interface AuditKeys {
  key: string;
  cosigner?: string;
  /** Whether keys are trusted, too, to which signed changes lead from these. */
  followKeyChanges?: boolean;
}

/** A key to which the log's own was changed: every checkpoint of more events than `index` is signed by it. */
export interface ChangedTo {
  index: number;
  verifier: string;
}

export interface CheckedChanges extends AuditKeys {
  changedTo: ChangedTo[];
  problems: Problem[];
  /** What is shown, and what was not looked at. */
  told: { state: 'holds' | 'open'; text: string }[];
}

interface RoleChanges {
  role: SigningRole;
  keys: string;
  changes: readonly RecordedKeyChange[];
  ledger: string;
}

function ofRole(found: Findings, { role, keys, changes, ledger }: RoleChanges, follow: boolean): { keys: string; changedTo: ChangedTo[] } {
  const given = parseVerifiers(sha256, keys);
  const followed = followKeyChanges({ ledger, role, changes, given }, { sha256, check: checkEd25519 });
  const { trusted } = trustedAfter(found, given, followed, follow);
  const own = followed.following.filter((key) => trusted.some((one) => verifierText(one) === verifierText(key)));
  const changedTo = own.flatMap((key) => {
    const index = changes.find(({ fact }) => fact.role === role && fact.key === keyName(key))?.index;
    return index === undefined ? [] : [{ index, verifier: verifierText(key) }];
  });
  return { keys: trusted.map(verifierText).join('\n'), changedTo };
}

/** Holds every change of a signing key against the key before it, from those that were given on; gives the keys to go on with. */
export async function checkKeyChanges(pool: Pool, ledger: number, origin: string, { key, cosigner, followKeyChanges: follow = false }: AuditKeys): Promise<CheckedChanges> {
  const changes = await readKeyChanges(pool, ledger);
  const found = new Findings();
  const log = ofRole(found, { role: 'log', keys: key, changes, ledger: origin }, follow);
  const other = cosigner ? ofRole(found, { role: 'cosigner', keys: cosigner, changes, ledger: origin }, follow) : undefined;
  const problems = found.all.filter(({ state }) => state === 'fails').map(({ text }): Problem => ({ person: LEDGER_PERSON, purpose: LEDGER_PURPOSE, text }));
  const told = found.all.flatMap(({ state, text }) => (state === 'holds' || state === 'open' ? [{ state, text }] : []));
  return { key: log.keys, cosigner: other?.keys, changedTo: log.changedTo, problems, told };
}
