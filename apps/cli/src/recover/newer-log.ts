import { resolve } from 'node:path';
import { LogFolder } from '#log-folder';
import { givenUp, giveUpSent, readHashes, sentNoted } from '#outbox';
import { hashesOf, MerkleTree, nodesInTiles, sameBytes, TILE_WIDTH, tileHolding, type Checkpoint } from '#proof';
import { Contradiction, newestSent } from '#recovery';
import { sha256, verifiersIn } from '#vault';
import type { Connection } from '../connect.js';
import { brokersHere, CliError, logDir } from '../installation.js';
import { withKafka } from '../kafka/cluster.js';
import { openSigned } from '../log/check-log.js';

interface Asked {
  /** Whether Kafka may be asked. */
  kafka: boolean;
  /** Whether an operator says that what goes further is lost. */
  logLost?: boolean;
}

const count = (size: number): string => size.toLocaleString('en');

/** To how many events the checkpoint in the installation's own folder commits, where it is another folder and one of the log's keys signed it; else 0. */
async function sizeBeside(where: string, keys: string): Promise<number> {
  const own = logDir();
  if (resolve(own) === resolve(where)) return 0;
  const note = await new LogFolder(own).checkpoint().catch(() => undefined);
  try {
    return note === undefined ? 0 : openSigned(note, keys).size;
  } catch {
    return 0;
  }
}

const asks = (kafka: boolean): boolean => kafka && brokersHere() !== undefined;

/** The newest checkpoint that lies on Kafka; undefined where none does, or Kafka is not to be asked. */
async function sentNow({ keyring }: Connection, kafka: boolean): Promise<Checkpoint | undefined> {
  if (!asks(kafka)) return undefined;
  const verifiers = verifiersIn(keyring, 'log');
  return withKafka(({ kafka: client, topics, group }) => newestSent({ kafka: client, topic: topics.checkpoints, group, origin: keyring.origin, verifiers }));
}

/** Whether a checkpoint that commits to no more than the `size` events of a folder is a state of the log there. */
async function isIn(folder: LogFolder, size: number, sent: Checkpoint): Promise<boolean> {
  const read = nodesInTiles(sha256, size, async (tile) => (await folder.tile(tile)) ?? Buffer.of());
  return sameBytes(await new MerkleTree(sha256, read).root(sent.size), sent.root);
}

/** What is given up of a log that went to `beyond` as far as it is known; undefined where the one in the folder lacks nothing of it. */
async function givenUpNow(beyond: number, folder: LogFolder, size: number, { sent, kafka }: { sent?: Checkpoint; kafka: boolean }): Promise<number | undefined> {
  if (kafka && !asks(kafka)) throw new CliError('--log-lost asks Kafka which checkpoint was sent last, and settles what systems were told: set KAFKA_BROKERS. Where Kafka is lost, too, add --no-kafka');
  if (beyond > size || (sent && !(await isIn(folder, size, sent)))) return beyond;
  console.log(`nothing is to be given up: the log that is there holds all that was sent${kafka ? '' : ', as far as is known without Kafka'}`);
  return undefined;
}

/**
 * Refuses a log that is an older copy of one that is known: what it lacks would be taken for lost, and settled against it. Where the operator says that
 * the one of which checkpoints were sent is lost, resolves to how far that went, to be given up once all is settled; else to nothing.
 */
export async function demandNewest(connection: Connection, where: string, { kafka, logLost = false }: Asked): Promise<number | undefined> {
  const { pool, ledger, keyring } = connection;
  const beside = await sizeBeside(where, verifiersIn(keyring, 'log').join('\n'));
  const sent = await sentNow(connection, kafka);
  const beyond = Math.max(sent?.size ?? 0, await sentNoted(pool, ledger));
  const folder = new LogFolder(where);
  // Read last: a relay that runs has put there what it has sent.
  const size = await folder.size();
  if (beside > size) throw new CliError(`the log in ${where} ends at ${count(size)} events, and the one in ${logDir()} at ${count(beside)}: it is an older copy. Run this with --log ${logDir()}; where that one is damaged, stop relay, api and worker, put this copy in its place, and run this without --log`);
  if (logLost) return givenUpNow(beyond, folder, size, { sent, kafka });
  if (beyond > size && beyond > (await givenUp(pool, ledger))) throw new CliError(`the log in ${where} ends at ${count(size)} events, and a checkpoint of ${count(beyond)} was sent (consent.checkpoints.v1): it is an older copy. Give the newest with --log; where that is lost for good, --log-lost goes on from this one, and what strangers hold of the log contradicts it from then on`);
  return undefined;
}

/** The ledger goes on from what it has: no checkpoint of this size or less that was sent closes it any more. */
export async function giveUp({ pool, ledger }: Connection, size: number): Promise<void> {
  await giveUpSent(pool, ledger, size);
  console.log(`given up: the log of which a checkpoint of ${count(size)} events was sent, where this one is another. Tell whoever keeps a checkpoint of it`);
}

/** Throws Contradiction where a database that has as many events as the log has others at the log's end: it was put back, and went another way. */
export async function demandSameEnd({ pool, ledger }: Connection, folder: LogFolder, size: number): Promise<void> {
  if (size === 0) return;
  const tile = tileHolding(0, size - 1, size);
  const first = tile.index * TILE_WIDTH;
  const signed = hashesOf(tile, (await folder.tile(tile)) ?? Buffer.of());
  const hashes = await readHashes(pool, ledger, first, tile.width);
  const other = signed.findIndex((hash, at) => !sameBytes(hash, hashes[at] ?? Buffer.of()));
  if (other >= 0) throw new Contradiction(`the database holds another event at index ${first + other} than the log: it was put back from a backup, and went another way since. What it took since is in neither: restore the backup once more, and run this before anything is started`);
}
