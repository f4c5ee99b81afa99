import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { wayInto, type KafkaAccess } from '#consumer';
import { topicsOf } from '#contracts';
import type { LogFolder } from '#log-folder';
import { givenUp, logSize, noteSentCheckpoint, readHashes, type Term } from '#outbox';
import { Frontier, MerkleTree, nodesInTiles, peaksOf, sameBytes, type Checkpoint } from '#proof';
import { newestSent } from '#recovery';
import type { SigningKeys } from '#rotation';
import { sha256 } from '#vault';
import { demandTile } from './growing-log.js';

const AGAIN_MS = 3_000;
const PAGE = 4_096;

export interface LookOptions extends KafkaAccess {
  pool: Pool;
  ledger: number;
  prefix: string;
  origin: string;
  folder: LogFolder;
  signing: SigningKeys;
  log: Logger;
  /** Hears that no checkpoint may be signed, and why, and when that is over. */
  refuse: (reason: string | undefined) => void;
}

/** The root of the log's first `size` events: as the folder has them, and, where it ends before, as the database goes on. */
async function rootAt({ pool, ledger, folder }: LookOptions, size: number, { signal }: Term): Promise<Uint8Array> {
  const whole = await folder.size();
  const read = nodesInTiles(sha256, whole, (tile) => demandTile(folder, tile));
  if (whole >= size) return new MerkleTree(sha256, read).root(size);
  const tree = new Frontier(sha256, whole, await Promise.all(peaksOf(whole).map(({ level, index }) => read(level, index))));
  while (tree.size < size) {
    signal.throwIfAborted();
    const hashes = await readHashes(pool, ledger, tree.size, Math.min(PAGE, size - tree.size));
    if (hashes.length === 0) throw new Error(`the database lacks index ${tree.size}`);
    for (const hash of hashes) tree.append(hash);
  }
  return tree.root();
}

/** Whether what was sent last is a state of this log. Where the database is behind it everything is closed, and the term ends. */
async function agrees(options: LookOptions, sent: Checkpoint, term: Term): Promise<boolean> {
  const { pool, ledger, log } = options;
  const size = await logSize(pool, ledger);
  if (size < sent.size) {
    await noteSentCheckpoint(pool, ledger, sent.size);
    log.error({ events: size, sent: sent.size }, 'a checkpoint was sent that commits to more events than the database has: it is an old backup, and so is the log’s folder');
    term.end();
    return false;
  }
  if (sameBytes(await rootAt(options, sent.size, term), sent.root)) return true;
  options.refuse(`a checkpoint of ${sent.size} events with another root was sent before: this database and the log's folder were put back from an old backup, and have gone another way since. Put the backup back once more, with the newest log, and run \`samtycke recover\` before anything is started; where that log is lost for good, \`samtycke recover --log-lost\` goes on from what is there`);
  return false;
}

/** Resolves when an operator has given up what was sent, and lets checkpoints be signed again; or at the end of the term. */
async function isGivenUp({ pool, ledger, refuse }: LookOptions, size: number, term: Term): Promise<void> {
  while (!term.signal.aborted && size > (await givenUp(pool, ledger))) await sleep(AGAIN_MS, undefined, { signal: term.signal }).catch(() => undefined);
  refuse(undefined);
}

/**
 * Holds the log against the last checkpoint that lies on Kafka, which no backup of this installation takes along: of database and folder that were
 * put back together nothing else tells that they are old. Tries until Kafka has answered or the term ends; resolves to whether checkpoints
 * may be sent. What an operator gave up counts no more.
 */
export async function lookAtSent(options: LookOptions, term: Term): Promise<boolean> {
  const { pool, ledger, prefix, origin, signing, log } = options;
  const kafka = new Kafka({ clientId: 'samtycke-relay-sent', ...wayInto(options), logLevel: logLevel.NOTHING, connectionTimeout: 3_000, requestTimeout: 15_000, retry: { retries: 0 } });
  for (let failing = false; !term.signal.aborted; failing = true) {
    try {
      const sent = await newestSent({ kafka, topic: topicsOf(prefix).checkpoints, group: `${prefix}samtycke-relay-sent-${ledger}`, origin, verifiers: await signing.verifiers('log'), signal: term.signal });
      if (term.signal.aborted) return false;
      if (!sent || sent.size <= (await givenUp(pool, ledger)) || (await agrees(options, sent, term))) {
        options.refuse(undefined);
        return !term.signal.aborted;
      }
      await isGivenUp(options, sent.size, term);
      return !term.signal.aborted;
    } catch (error) {
      if (!failing && !term.signal.aborted) log.warn({ reason: (error as Error).message }, 'cannot look at the checkpoints that were sent; trying again');
      await sleep(AGAIN_MS, undefined, { signal: term.signal }).catch(() => undefined);
    }
  }
  return false;
}
