import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { loadCatalogue } from '#catalogue';
import { newHolderId } from '#ledger';
import { LogFolder } from '#log-folder';
import { floorOf, Lease, logSize, lostFrom, type Leadership } from '#outbox';
import { cosignedAt, keyName, parseVerifier, parseVerifiers, signaturesOf } from '#proof';
import { recover, recoveryBegan, settleLost, type Missing, type Recovered, type Settled, type Withdrawn } from '#recovery';
import { loadCatalogueInto } from '#setup';
import { checkEd25519, personKeysOf, readKeyring, sha256, subjectKeysOf, suppressionKeysOf, verifiersIn, type Keyring } from '#vault';
import { connected, type Connection } from '../connect.js';
import { DoesNotHold } from '../exit-codes.js';
import { CliError, keyringFile, logDir } from '../installation.js';
import { LogCheck, openSigned } from '../log/check-log.js';
import { progressLine } from '../progress.js';
import { demandNewest, demandSameEnd, giveUp } from '../recover/newer-log.js';
import { lostFinder, type FindLost } from '../recover/read-lost.js';
import { tellEach, tellFound, tellLeft, tellSettled } from '../recover/tell-lost.js';
import { trace } from '../trace.js';

interface Options {
  log?: string;
  key?: string;
  dryRun?: boolean;
  /** False: Kafka is not asked what was sent. */
  kafka: boolean;
  logLost?: boolean;
  catalogue?: string;
}

const RENEW_MS = 400;
const PATIENCE_MS = 15_000;

/** The relay's lease: while it is held here, nobody gives an index. */
async function holdLease(lease: Lease): Promise<{ fencing: string; release(): Promise<void> }> {
  const since = performance.now();
  let held: Leadership | undefined;
  while (!(held = await lease.take())) {
    if (performance.now() - since > PATIENCE_MS) throw new CliError('the relay holds its lease: it does not see the log’s folder that is meant here. Stop it, and run this again');
    await sleep(50);
  }
  let now: Leadership = held;
  const renewing = setInterval(() => void lease.renew(now).then((next) => (now = next ?? now), () => undefined), RENEW_MS);
  return {
    fencing: held.fencing,
    async release() {
      clearInterval(renewing);
      await lease.giveUp(now);
    },
  };
}

function tellMissing({ person, kind, key, identifiers }: Missing, { withdrawn, unknown, standing }: Withdrawn): void {
  const what = [...(key ? ['key'] : []), ...identifiers].join(', ');
  const left = [...unknown, ...standing];
  console.log(`${kind} ${person}: missing ${what}${withdrawn.length > 0 ? `; withdrawn: ${withdrawn.join(', ')}` : ''}${left.length > 0 ? `; NOT withdrawn: ${left.join(', ')}` : ''}`);
}

/**
 * The newest checkpoint, signed by the key in use, or by the one that the operator names. A key that was replaced signs no checkpoint alone:
 * whoever stole it could have made the whole log, without the change that replaced it.
 */
function openNewest(note: string, where: string, keyring: Keyring, key: string | undefined): ReturnType<typeof openSigned> {
  if (key !== undefined) return openSigned(note, key);
  const checkpoint = openSigned(note, verifiersIn(keyring, 'log').join('\n'));
  const inUse = parseVerifier(sha256, keyring.log.verifier);
  if (signaturesOf(checkpoint.note, inUse).length > 0) return checkpoint;
  throw new DoesNotHold(`the newest checkpoint in ${where} lacks a signature by the log's key, ${keyName(inUse)}: it is signed by a key that was replaced, and whoever has that one could have made this log. Nothing is put back from it. Where you know that the log ended before the change, name its key: --key`);
}

/** Whether nothing is left of a log that an operator says is lost: he names its folder, for another one would be taken for it. */
async function isGone(where: string, { log, logLost }: Options): Promise<boolean> {
  if (!logLost || (await new LogFolder(where).checkpoint()) !== undefined) return false;
  if (log === undefined) throw new CliError(`${where} holds no checkpoint. Where that is the folder that the relay writes, and nothing of it is left, name it with --log`);
  console.log(`${where} holds no log: what the database has is all that there is`);
  return true;
}

/** A log of which nothing is left. */
const noLog = (where: string): Awaited<ReturnType<typeof soundLog>> => ({ folder: new LogFolder(where), size: 0, root: sha256(), note: '', signedAt: 0 });

/** The log outside the database, every signature and hash of it checked; that each person's events follow each other is demanded where they are put back. */
async function soundLog(where: string, key: string | undefined): Promise<{ folder: LogFolder; size: number; root: Uint8Array; note: string; signedAt: number }> {
  const keyring = readKeyring(keyringFile());
  const folder = new LogFolder(where);
  const note = await folder.checkpoint();
  if (note === undefined) throw new CliError(`${where} holds no checkpoint: there is nothing to recover from`);
  const checkpoint = openNewest(note, where, keyring, key);
  const source = { checkpoint: () => folder.checkpoint(), tile: folder.tile.bind(folder) };
  const wrong = (await new LogCheck({ source, checkpoint, entries: true, chains: false }).run()).find(({ holds }) => !holds);
  if (wrong) throw new DoesNotHold(`the log in ${where} is damaged: ${wrong.text}. Nothing is put back from it`);
  const signedAt = cosignedAt(checkpoint.note, parseVerifiers(sha256, verifiersIn(keyring, 'cosigner').join('\n')), checkEd25519) ?? 0;
  return { folder, size: checkpoint.size, root: checkpoint.root, note, signedAt };
}

function tellDone({ events, from, erased, unsuppressed, missing, standing }: Recovered): void {
  console.log(`put back ${events.toLocaleString('en')} events from index ${from} on; erased again ${erased.toLocaleString('en')} people; ${missing.toLocaleString('en')} people or devices lack a key or identifier`);
  if (unsuppressed > 0) console.log(`the suppressions of at least ${unsuppressed.toLocaleString('en')} of the erased are lost: people first known after the backup. So are those of addresses that people known before were given since; an import can take them up again`);
  if (standing.length > 0) console.log(`consents or requests of people or devices listed above stand still on ${standing.join(', ')}: by the catalogue in force nothing could be withdrawn there. The ledger is open all the same; look at whoever is listed with "NOT withdrawn"`);
}

interface Newest {
  folder: LogFolder;
  checkpoint: Omit<Awaited<ReturnType<typeof soundLog>>, 'folder'>;
}

/** With what it writes, and as whom: an event names nobody, so who this operator is stands in the trace. */
async function writingAs(connection: Connection) {
  const { pool, ledger, keyring } = connection;
  const actor = { kind: 'operator' as const, id: newHolderId() };
  await trace(connection, `recovery, as the operator ${actor.id}`, 'samtycke recover');
  return { pool, ledger, origin: keyring.origin, keys: personKeysOf(keyring), suppressionKeys: suppressionKeysOf(keyring), subjectKeys: subjectKeysOf(keyring), actor };
}

/** Finds what was sent and is lost, and tells it. */
const telling = (find: FindLost): FindLost => async (floor) => {
  const lost = await find(floor);
  tellFound(lost);
  return lost;
};

/** Settles what was sent and is lost, in a database that lacks nothing of the log. */
async function settleAlone(connection: Connection, size: number, find: FindLost, dryRun = false): Promise<void> {
  const noted = await lostFrom(connection.pool, connection.ledger);
  const floor = await floorOf(connection.pool, connection.ledger, size);
  const lost = await telling(find)(floor);
  if (dryRun) return tellEach(lost);
  if (lost.length === 0 && noted === undefined) return;
  let left = 0;
  await settleLost({ ...(await writingAs(connection)), lost, floor, settled: (one) => void (left += tellSettled(one)) });
  tellLeft(left);
}

async function putBack(connection: Connection, { folder, checkpoint }: Newest, { find, size, catalogue }: { find?: FindLost; size: number; catalogue?: string }): Promise<void> {
  const { pool, ledger } = connection;
  const newest = catalogue === undefined ? undefined : loadCatalogue(catalogue);
  const lease = await holdLease(new Lease(pool, ledger, 'relay', newHolderId()));
  const line = progressLine(checkpoint.size - size);
  let left = 0;
  const findLost = find && ((floor: number) => (line.end(), telling(find)(floor)));
  try {
    const writing = await writingAs(connection);
    const settled = (one: Settled): void => void (left += tellSettled(one));
    const done = await recover({
      ...writing, folder, checkpoint, fencing: lease.fencing, missing: tellMissing, findLost, settled,
      progress: (rows, total) => line.show(rows, rows, `of ${total.toLocaleString('en')}`),
      ...(newest && { loadCatalogue: async () => void (await loadCatalogueInto(writing, newest)) }),
    });
    line.end();
    tellDone(done);
    tellLeft(left);
  } finally {
    await lease.release();
  }
}

const UNASKED = 'whether systems were told of changes that this database has lost is not looked for';

/** What finds lost events; undefined, and said why, where Kafka is not to be asked. */
async function finderFor(connection: Connection, kafka: boolean): Promise<FindLost | undefined> {
  const find = kafka ? await lostFinder(connection) : undefined;
  if (!find) console.log(kafka ? `KAFKA_BROKERS is not set: ${UNASKED}. Set it, and run this again` : `${UNASKED} (--no-kafka): run this again without it`);
  return find;
}

interface Way {
  find?: FindLost;
  /** How far the log went that is given up. */
  beyond?: number;
  options: Options;
}

/** The database lacks nothing of the log. */
async function nothingMissing(connection: Connection, { folder, checkpoint }: Newest, size: number, { find, beyond, options: { catalogue, dryRun } }: Way): Promise<void> {
  await demandSameEnd(connection, folder, checkpoint.size);
  console.log(`nothing is missing: the database has ${size.toLocaleString('en')} events, the newest checkpoint ${checkpoint.size.toLocaleString('en')}${catalogue === undefined ? '' : `. ${catalogue} was not loaded: \`samtycke catalogue load\` does that`}`);
  if (find) await settleAlone(connection, checkpoint.size, find, dryRun);
  if (beyond !== undefined && !dryRun) await giveUp(connection, beyond);
}

async function somethingMissing(connection: Connection, newest: Newest, size: number, { find, beyond, options: { catalogue, dryRun } }: Way): Promise<void> {
  const { checkpoint } = newest;
  console.log(`the database has ${size.toLocaleString('en')} events, the newest checkpoint ${checkpoint.size.toLocaleString('en')}: ${(checkpoint.size - size).toLocaleString('en')} are to be put back`);
  if (!dryRun) {
    await putBack(connection, newest, { find, size, catalogue });
    if (beyond !== undefined) await giveUp(connection, beyond);
  }
  // What the log holds is not here yet: only beyond it is it known to be lost.
  else if (find) tellEach(await telling(find)(checkpoint.size));
}

async function run(connection: Connection, where: string, options: Options): Promise<void> {
  const { pool, ledger } = connection;
  const { key, catalogue, kafka, logLost } = options;
  if (catalogue !== undefined) loadCatalogue(catalogue);
  const { folder, ...checkpoint } = (await isGone(where, options)) ? noLog(where) : await soundLog(where, key);
  const beyond = await demandNewest(connection, where, { kafka, logLost });
  const size = await logSize(pool, ledger);
  const began = await recoveryBegan(pool, ledger);
  const way = { find: await finderFor(connection, kafka), beyond, options };
  const isWhole = size >= checkpoint.size && began === undefined;
  await (isWhole ? nothingMissing : somethingMissing)(connection, { folder, checkpoint }, size, way);
}

const HELP = `
For a database that was restored from a backup, or lost its newest commits: api and relay refuse to write and to sign while it is
behind the newest checkpoint in the log's folder, or behind one that lies on Kafka. The folder is checked first, and what the backup holds
must be its beginning; an older copy of the folder is refused, unless --log-lost says that there is no newer one.
Run it again when it was cut off; it goes on where it was. Put back is what the log holds, events and states. What no log holds
stays lost: keys, identifiers, evidence and answers to idempotency keys newer than the backup, and changes of the last
second or two. Whoever has no key or identifier any more is listed, and his consents are withdrawn (reason operator).
Of changes that are lost systems may have been told: what Kafka's topic of the events holds, and neither database nor log does, is
listed and settled, so that ledger and systems say the same again. A "no" among it is said again here, an erasure is carried out
again, and a yes whose evidence is gone is taken back from the systems. Run this, too, when the relay says that it found some.
Of people who were first known and erased after the backup the suppressions are lost, too, and of addresses that others were
given after it and who were erased since: an import can take them up again. How many people that are at least is said at the end.
Keys of the API, the catalogue and holds are as old as the backup: look at them before you serve again. Where consents to be withdrawn are for a
purpose that the old catalogue does not know, the ledger stays closed until the newest one is given with --catalogue.`;

export function recoverCommand(program: Command): void {
  program
    .command('recover')
    .option('--log <folder>', 'the log’s folder; without it LOG_DIR, or that of the installation here')
    .option('--key <verifier>', 'the verifier key by which its newest checkpoint must be signed; without it the log’s key in use, in the keyring here')
    .option('--catalogue <path>', 'the newest catalogue, a folder or JSON file, loaded once the events are back')
    .option('--no-kafka', 'do not look in Kafka for what was sent and is lost; without it KAFKA_BROKERS, or those of the installation here, are asked')
    .option('--log-lost', 'the log went further, as the checkpoints on Kafka say, and is lost for good: go on from what is there')
    .option('--dry-run', 'only tell how much is missing, and what systems were told beyond the log')
    .description('bring a restored database up to the signed log')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const where = logDir(options.log);
      await connected((connection) => run(connection, where, options), { max: 6 });
    });
}
