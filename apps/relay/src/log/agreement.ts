import type { Pool } from 'pg';
import type { LogFolder } from '#log-folder';
import { Checkpoints, logSize, readHashes } from '#outbox';
import { cosignedAt, HASH_BYTES, openCheckpoint, parseVerifiers, sameBytes, TILE_WIDTH, tileHolding, type Checkpoint } from '#proof';
import type { SigningKeys } from '#rotation';
import { checkEd25519, sha256 } from '#vault';
import { demandTile } from './growing-log.js';
import { LogRefused } from './log-refused.js';

/** How many of the newest leaves are compared between database and folder before a leader goes on: this many full tiles. */
const COMPARED_TILES = 16;

export interface Newest extends Checkpoint {
  signedAt: number;
  note: string;
}

/** The newest checkpoint outside the database; undefined before the first. Throws LogRefused where it is by none of our keys, old or new. */
export async function newestIn(folder: LogFolder, signing: SigningKeys): Promise<Newest | undefined> {
  const note = await folder.checkpoint();
  if (note === undefined) return undefined;
  const [log, cosigner] = [await signing.verifiers('log'), await signing.verifiers('cosigner')];
  try {
    const opened = openCheckpoint(note, parseVerifiers(sha256, log.join('\n')), checkEd25519);
    const signedAt = cosignedAt(opened.note, parseVerifiers(sha256, cosigner.join('\n')), checkEd25519);
    return { ...opened, signedAt: signedAt ?? 0, note };
  } catch (error) {
    throw new LogRefused(`the checkpoint in the log's folder cannot be continued: ${(error as Error).message}`);
  }
}

async function compareTile(pool: Pool, ledger: number, folder: LogFolder, { size, index }: { size: number; index: number }): Promise<void> {
  const tile = tileHolding(0, index * TILE_WIDTH, size);
  const [bytes, hashes] = await Promise.all([demandTile(folder, tile), readHashes(pool, ledger, index * TILE_WIDTH, tile.width)]);
  const other = hashes.findIndex((hash, at) => !sameBytes(hash, bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)));
  if (other >= 0) throw new LogRefused(`the database holds another event at index ${index * TILE_WIDTH + other} than the log that was signed`);
}

/** Throws LogRefused where the database has given fewer indices than a checkpoint commits to. */
export async function demandEvents(pool: Pool, ledger: number, size: number): Promise<void> {
  const there = await logSize(pool, ledger);
  if (there < size) throw new LogRefused(`the database is behind the log: it has ${there} events, the newest checkpoint ${size}. It is an old backup: nothing is signed before \`samtycke recover\` has put back what is missing`);
}

/**
 * Holds the database against the newest checkpoint outside it: no smaller, the same hashes at its end (the last 4,096; all
 * of it is what `samtycke verify` looks at), the same root where both keep one size. Throws LogRefused, saying what is wrong.
 */
export async function demandAgreement(pool: Pool, ledger: number, folder: LogFolder, { size, root }: Checkpoint): Promise<void> {
  await demandEvents(pool, ledger, size);
  const last = Math.ceil(size / TILE_WIDTH);
  for (let index = Math.max(0, last - COMPARED_TILES); index < last; index += 1) await compareTile(pool, ledger, folder, { size, index });
  const [kept] = await new Checkpoints(pool, ledger).between(size, size, 1);
  if (kept && !sameBytes(kept.root, root)) throw new LogRefused(`two checkpoints of ${size} events with different roots: one in the database, one in the log's folder`);
}
