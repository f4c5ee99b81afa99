import { cosignedAt, cosignersOf, Findings, followKeyChanges, isByFormer, keyName, openCheckpoint, parseCheckpoint, parseNote, parseVerifier, parseVerifiers, signaturesOf, trustedAfter, type Checkpoint, type FollowedKeys, type Note, type RoleKeys, type SigningRole, type Verifier } from '#proof';
import { checkEd25519, sha256 } from '#vault';
import type { LoggedChange } from './chains.js';
import type { Finding } from './finding.js';

/** The keys to verify with: from the caller or his own configuration, never from what is verified. */
export interface GivenKeys {
  /** The log's verifier keys, one a line. */
  key: string;
  /** The operator's cosignature keys, one a line. */
  cosigner?: string;
  /** Whether to trust keys, too, to which signed changes lead from these. */
  followKeyChanges?: boolean;
  /** Which of the log's keys is in use, where they are those of an installation. */
  inUse?: string;
}

export const utc = (seconds: number): string => `${new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** Reads a checkpoint of the log that the keys name. Who signed it is for `checkSignatures`, once the changes of the keys are known. */
export function readCheckpoint(signed: string, { key }: GivenKeys): Checkpoint {
  const checkpoint = parseCheckpoint(parseNote(signed).text);
  const names = parseVerifiers(sha256, key).map(({ name }) => name);
  if (!names.includes(checkpoint.origin)) throw new RangeError(`this checkpoint is of ${checkpoint.origin}, not of ${names[0]}`);
  return checkpoint;
}

interface Signed {
  signed: string;
  /** Checkpoints kept from earlier. */
  earlier?: readonly string[];
  /** Changes of keys in the log, in its order. */
  changes: readonly LoggedChange[];
  /** Whether the entries were read, among which they stand. */
  entries?: boolean;
}

function trustedKeys(found: Findings, role: SigningRole, given: Verifier[], { signed, changes }: Signed, keys: GivenKeys, ledger: string): RoleKeys {
  if (given.length === 0) return { trusted: [], former: [], replaced: [] };
  const follow = (some: readonly LoggedChange[]): FollowedKeys => followKeyChanges({ ledger, role, changes: some, given }, { sha256, check: checkEd25519 });
  const { size } = parseCheckpoint(parseNote(signed).text);
  return { ...trustedAfter(found, given, follow(changes), keys.followKeyChanges ?? false), newest: follow(changes.filter(({ index }) => index < size)).following.at(-1) };
}

/**
 * Of the newest checkpoint of an installation's own log: a key that was replaced signs none alone. Whoever stole it could have made the whole
 * log, without the change that replaced it.
 */
export function checkInUse(signed: string, { inUse }: GivenKeys): Finding[] {
  const key = inUse === undefined ? undefined : parseVerifier(sha256, inUse);
  if (!key || signaturesOf(parseNote(signed), key).length > 0) return [];
  return [{ holds: false, text: `the newest checkpoint lacks a signature by the log's key, ${keyName(key)}: by the keyring here, the key that signed it was replaced, and whoever has that one could have made this log. Where you know that the log has not gone on since the change, name its key: --key` }];
}

const signersOf = (note: Note, keys: readonly Verifier[]): string => keys.filter((key) => signaturesOf(note, key).length > 0).map(keyName).join(' and ');

/** A checkpoint that was kept: where none of the keys signed it, whether one before them did is told by the log's entries alone. */
function checkEarlier(found: Findings, earlier: string, log: RoleKeys, { entries = true }: Signed): void {
  const note = parseNote(earlier);
  if (isByFormer(note, log)) found.open('an earlier checkpoint is signed by a key that yours followed and that you did not give: its signature was not checked');
  else if (!entries && signersOf(note, log.trusted) === '') found.open('an earlier checkpoint is signed by none of the keys that you gave, and changes of the key were not read: give the older key, too, or --api-key');
  else found.check('the earlier checkpoint', () => openCheckpoint(earlier, log.trusted, checkEd25519), () => undefined);
}

/** Signatures of a checkpoint, by the keys given and those that follow from them, and when the operator saw it (POSIX seconds). */
export function checkSignatures(what: Signed, keys: GivenKeys): { findings: Finding[]; time?: number } {
  const found = new Findings();
  const given = { log: parseVerifiers(sha256, keys.key), cosigner: keys.cosigner ? parseVerifiers(sha256, keys.cosigner) : [] };
  const ledger = given.log[0]?.name ?? '';
  const log = trustedKeys(found, 'log', given.log, what, keys, ledger);
  const cosigner = trustedKeys(found, 'cosigner', given.cosigner, what, keys, ledger);
  found.check('the checkpoint', () => {
    const { note } = openCheckpoint(what.signed, log.trusted, checkEd25519);
    const { newest } = log;
    if (newest && log.trusted.some((key) => keyName(key) === keyName(newest)) && signaturesOf(note, newest).length === 0) found.fails(`the checkpoint is not signed by ${keyName(newest)}, to which the key was changed in this very log: a key that was replaced signs alone`);
    return note;
  }, (note) => `the checkpoint is signed by the log's key ${signersOf(note, log.trusted)}`);
  for (const earlier of what.earlier ?? []) checkEarlier(found, earlier, log, what);
  const time = seenAt(found, parseNote(what.signed), cosigner.trusted);
  return { findings: found.all.map(({ state, text }) => ({ holds: state !== 'fails', text, ...(state === 'open' && { open: true }) })), time };
}

/** Each cosigner whose key was given is asked by itself; the earliest time is by when the checkpoint stood. */
function seenAt(found: Findings, note: Note, given: readonly Verifier[]): number | undefined {
  const times = cosignersOf(given).flatMap(({ name, keys }) => {
    const time = cosignedAt(note, keys, checkEd25519);
    if (time === undefined) found.fails(`${name} has not cosigned the checkpoint`);
    else found.all.push({ state: 'holds', text: `${name} cosigned that it saw the checkpoint at ${utc(time)}` });
    return time ?? [];
  });
  return times.length > 0 ? Math.min(...times) : undefined;
}
