import type { Pool } from 'pg';
import { Checkpoints, type StoredCheckpoint } from '#outbox';
import { cosignedAt, openCheckpoint, parseVerifier, parseVerifiers, sameBytes, signaturesOf, type Note } from '#proof';
import { checkEd25519, sha256 } from '#vault';
import type { ChangedTo } from './check-key-changes.js';
import type { Witness } from './check-leaves.js';
import type { Problem } from './problem.js';

export interface WitnessOptions {
  pool: Pool;
  ledger: number;
  /** The log's verifier keys, one a line. */
  key: string;
  /** The operator's cosignature keys, one a line; with one, times are checked too. */
  cosigner?: string;
  /** Keys to which the log's own was changed, the newest last. */
  changedTo?: readonly ChangedTo[];
  /** Checkpoints that lie elsewhere: in the log's folder, in a file that somebody kept. Opened already. */
  others: Witness[];
  problem(problem: Problem): void;
}

const PAGE = 1_000;

/** A key that was replaced signs beside the new one, never alone. */
function lacksNewest({ size, note }: { size: number; note: Note }, { changedTo = [] }: WitnessOptions): string | undefined {
  const newest = changedTo.findLast(({ index }) => index < size)?.verifier;
  if (newest === undefined || signaturesOf(note, parseVerifier(sha256, newest)).length > 0) return undefined;
  return `it is not signed by ${newest.split('+', 2).join('+')}, to which the key was changed before`;
}

/** What in a stored checkpoint is not what was signed. */
function contradiction({ size, root, note, signedAt }: StoredCheckpoint, options: WitnessOptions): string | undefined {
  const { key, cosigner } = options;
  try {
    const opened = openCheckpoint(note, parseVerifiers(sha256, key), checkEd25519);
    if (opened.size !== size || !sameBytes(opened.root, root)) return 'its note says something else than its columns';
    const late = cosigner !== undefined && cosignedAt(opened.note, parseVerifiers(sha256, cosigner), checkEd25519) !== signedAt;
    return late ? 'the operator did not cosign it at the time that it says' : lacksNewest(opened, options);
  } catch (error) {
    return (error as Error).message;
  }
}

async function* stored(options: WitnessOptions, from: number): AsyncGenerator<Witness> {
  const { pool, ledger } = options;
  const checkpoints = new Checkpoints(pool, ledger);
  // Read before the leaves are counted: what is signed later may commit to more than those.
  const newest = (await checkpoints.newest())?.size ?? 0;
  for (let next = from; ; ) {
    const page = await checkpoints.between(next, newest, PAGE);
    for (const one of page) {
      const wrong = contradiction(one, options);
      const isSeen = wrong === undefined && options.cosigner !== undefined;
      yield { size: one.size, root: one.root, where: `the checkpoint of ${one.size} events in the table checkpoints`, wrong, ...(isSeen && { seenAt: one.signedAt }) };
      next = one.size + 1;
    }
    if (page.length < PAGE) return;
  }
}

/** Every checkpoint from a size on that stands when the first is asked for, the smallest first; two of one size with different roots are told. */
export async function* readWitnesses(options: WitnessOptions, from: number): AsyncGenerator<Witness> {
  const others = options.others.filter(({ size }) => size >= from).sort((one, other) => one.size - other.size);
  let before: Witness | undefined;
  const told = (one: Witness): Witness => {
    if (before?.size === one.size && !sameBytes(before.root, one.root)) options.problem({ text: `two signed checkpoints of ${one.size} events with different roots: ${before.where}, and ${one.where}` });
    return (before = one);
  };
  for await (const one of stored(options, from)) {
    while (others[0] && others[0].size <= one.size) yield told(others.shift() as Witness);
    yield told(one);
  }
  for (const one of others) yield told(one);
}
