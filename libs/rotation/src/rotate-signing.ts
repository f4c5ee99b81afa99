import type { Pool, PoolClient } from 'pg';
import { LEDGER_PERSON } from '#contracts';
import { Ledger, readKeyChanges, uuidv7, type RecordedKeyChange } from '#ledger';
import { Checkpoints } from '#outbox';
import { cosignedAt, openCheckpoint, parseNote, parseVerifier, signKeyChange, type SigningRole } from '#proof';
import { checkEd25519, personKeysOf, preparedSigner, readKeyring, retireSigners, sha256, signerOf, useSigner, verifiersIn, type Keyring, type SigningKey } from '#vault';
import { RotationRefused } from './chain-row.js';
import { beforeLost, BOTH_SIGN_SECONDS, followedAt, nameOf } from './signing-keys.js';

export interface SigningOptions {
  /** Of a role that may append events. */
  pool: Pool;
  ledger: number;
  /** Path of the keyring's file. */
  keyring: string;
  role: SigningRole;
  /** Throws where nothing may be written, such as DatabaseBehind. */
  mayWrite?: () => Promise<void>;
  /** Told the new verifier key once the ledger says that it is in use, before the keyring does; a run that goes on tells it again. */
  announce?: (verifier: string) => Promise<void> | void;
  /** POSIX milliseconds. */
  clock?: () => number;
}

export interface SigningRotated {
  /** The verifier key in use. */
  verifier: string;
  /** When it took over; absent where it is the first. */
  since?: string;
  /** False where a change of the last 30 days stands, and nothing was done. */
  changed: boolean;
}

const isSigned = (keyring: Keyring, role: SigningRole, note: string): boolean => {
  const keys = verifiersIn(keyring, role).map((verifier) => parseVerifier(sha256, verifier));
  try {
    return role === 'log' ? Boolean(openCheckpoint(note, keys, checkEd25519)) : cosignedAt(parseNote(note), keys, checkEd25519) !== undefined;
  } catch {
    return false;
  }
};

/** The keyring's key must be the one that the ledger's newest change and newest checkpoint know; where the ledger lost the change to it, the one `before` must. */
async function rightKeyring({ pool, ledger, keyring, role }: SigningOptions, changes: readonly RecordedKeyChange[]): Promise<{ ring: Keyring; inUse: SigningKey; before?: SigningKey }> {
  const ring = readKeyring(keyring);
  const own = ring[role];
  const next = ring.beside?.[role]?.next;
  const before = beforeLost(ring, role, changes);
  const newest = changes.at(-1)?.fact.key;
  const note = (await new Checkpoints(pool, ledger).newest())?.note;
  const fits = newest === undefined ? note === undefined || isSigned(ring, role, note) : [own, next, before].some((key) => key && nameOf(key.verifier) === newest);
  if (!own || !fits) throw new RotationRefused(`the keyring ${keyring} is not the one that this ledger uses: its ${role} key is another. Bring the right one here first; nothing was changed`);
  return { ring, inUse: own, before };
}

/** One rotation at a time: the row is held until the work ends, by whoever lives. */
async function alone<Result>({ pool, ledger }: SigningOptions, work: () => Promise<Result>): Promise<Result> {
  const client: PoolClient = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT FROM ledgers WHERE id = $1 FOR NO KEY UPDATE', [ledger]);
    return await work();
  } finally {
    await client.query('ROLLBACK').then(() => client.release(), (error: Error) => client.release(error));
  }
}

async function record({ pool, ledger: id, role, mayWrite }: SigningOptions, keyring: Keyring, inUse: SigningKey, next: SigningKey): Promise<string> {
  const [by, to] = [parseVerifier(sha256, inUse.verifier), parseVerifier(sha256, next.verifier)];
  const fact = signKeyChange({ ledger: keyring.origin, role, to }, by, signerOf(inUse.privateKey));
  const ledger = new Ledger({ ledger: id, origin: keyring.origin, pool, keys: personKeysOf(keyring), mayWrite });
  try {
    return await ledger.append({
      request: uuidv7(),
      units: [{
        holder: { person: LEDGER_PERSON, kind: 'ledger' },
        purposes: [],
        facts: ['~ledger'],
        actor: { kind: 'ledger', id: 'keys-rotate' },
        evidence: {},
        decide: ({ recordedAt }) => [{ purpose: '~ledger', draft: { type: 'key-changed', occurredAt: recordedAt, fact, after: {} } }],
      }],
      answer: ([written]) => written?.events[0]?.recordedAt ?? '',
    });
  } finally {
    await ledger.close();
  }
}

/** A change that the ledger has lost: the keyring names the new key already. */
async function recordAnew(options: SigningOptions, keyring: Keyring, before: SigningKey, inUse: SigningKey): Promise<SigningRotated> {
  const since = await record(options, keyring, before, inUse);
  await options.announce?.(inUse.verifier);
  return { verifier: inUse.verifier, since, changed: true };
}

const ofRole = async ({ pool, ledger, role }: SigningOptions): Promise<RecordedKeyChange[]> => (await readKeyChanges(pool, ledger)).filter(({ fact }) => fact.role === role);

const isTo = ({ verifier }: SigningKey, { fact }: RecordedKeyChange): boolean => nameOf(verifier) === fact.key;

/** Whether both keys of a change still sign. */
const isRecent = ({ recordedAt }: RecordedKeyChange, { clock = Date.now }: SigningOptions): boolean => clock() / 1_000 < Date.parse(recordedAt) / 1_000 + BOTH_SIGN_SECONDS;

/** Whether a change was made lately, and no key lies ready for another. */
const isDone = ({ beside }: Keyring, newest: RecordedKeyChange, options: SigningOptions): boolean => beside?.[options.role]?.next === undefined && isRecent(newest, options);

/** Puts the next key of a role into the keyring, once, without using it; gives its verifier. */
export async function prepareSigning(options: SigningOptions): Promise<string> {
  return alone(options, async () => {
    const changes = await ofRole(options);
    const { ring } = await rightKeyring(options, changes);
    const next = ring.beside?.[options.role]?.next;
    const newest = changes.at(-1);
    if (next && newest && isTo(next, newest)) throw new RotationRefused(`a change of the ${options.role} key is under way: run it to its end first`);
    return preparedSigner(options.keyring, options.role).verifier;
  });
}

/**
 * Makes a new key the one that signs in a role, while the ledger is in use: the key lies in the keyring; the old one signs a
 * `key-changed` event, from which on both sign for 30 days; the keyring names the new one. May be killed and run again: it
 * goes on where it was. Within 30 days of a change it does nothing unless `again`. A change that the ledger has lost is recorded anew.
 */
export async function rotateSigning(options: SigningOptions, { again = false } = {}): Promise<SigningRotated> {
  const { keyring, role, announce } = options;
  return alone(options, async () => {
    const changes = await ofRole(options);
    const { ring, inUse, before } = await rightKeyring(options, changes);
    if (before) return recordAnew(options, ring, before, inUse);
    const newest = changes.at(-1);
    if (newest && !again && isDone(ring, newest, options)) return { verifier: inUse.verifier, since: newest.recordedAt, changed: false };
    const next = preparedSigner(keyring, role);
    const since = newest && isTo(next, newest) ? newest.recordedAt : await record(options, ring, inUse, next);
    await announce?.(next.verifier);
    useSigner(keyring, role);
    return { verifier: next.verifier, since, changed: true };
  });
}

/** Removes the private halves of keys that no longer sign from the keyring; gives their names. */
export async function retireSigning(options: SigningOptions): Promise<string[]> {
  const { keyring, role, clock = Date.now } = options;
  return alone(options, async () => {
    const changes = await ofRole(options);
    await rightKeyring(options, changes);
    const former = (readKeyring(keyring).beside?.[role]?.former ?? []).filter(({ privateKey }) => privateKey !== undefined);
    const over = former.filter(({ verifier }) => clock() / 1_000 >= (followedAt(changes, verifier) ?? Infinity) + BOTH_SIGN_SECONDS).map(({ verifier }) => verifier);
    if (over.length > 0) retireSigners(keyring, role, over);
    return over.map(nameOf);
  });
}
