import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { newHolderId } from '#ledger';
import { LogFolder } from '#log-folder';
import { Lease, logSize, type Leadership } from '#outbox';
import { cosignedAt, parseVerifiers } from '#proof';
import { recover, recoveryBegan, type Missing } from '#recovery';
import { checkEd25519, keyringPath, personKeysOf, readKeyring, sha256, suppressionKeysOf, verifiersIn } from '#vault';
import { CliError, connected, dataDir, logDir, type Connection } from '../connect.js';
import { LogCheck, openSigned } from '../log/check-log.js';
import { progressLine } from '../progress.js';
import { operator } from '../trace.js';

interface Options {
  log?: string;
  dryRun?: boolean;
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

function tellMissing({ person, kind, key, identifiers }: Missing, withdrawn: string[]): void {
  const what = [...(key ? ['key'] : []), ...identifiers].join(', ');
  console.log(`${kind} ${person}: missing ${what}${withdrawn.length > 0 ? `; withdrawn: ${withdrawn.join(', ')}` : ''}`);
}

/** The log outside the database, every signature and hash of it checked; that each person's events follow each other is demanded where they are put back. */
async function soundLog(where: string): Promise<{ folder: LogFolder; size: number; root: Uint8Array; note: string; signedAt: number }> {
  const keyring = readKeyring(keyringPath(dataDir()));
  const folder = new LogFolder(where);
  const note = await folder.checkpoint();
  if (note === undefined) throw new CliError(`${where} holds no checkpoint: there is nothing to recover from`);
  const checkpoint = openSigned(note, verifiersIn(keyring, 'log').join('\n'));
  const source = { checkpoint: () => folder.checkpoint(), tile: folder.tile.bind(folder) };
  const wrong = (await new LogCheck({ source, checkpoint, entries: true, chains: false }).run()).find(({ holds }) => !holds);
  if (wrong) throw new CliError(`the log in ${where} is damaged: ${wrong.text}. Nothing is put back from it`);
  const signedAt = cosignedAt(checkpoint.note, parseVerifiers(sha256, verifiersIn(keyring, 'cosigner').join('\n')), checkEd25519) ?? 0;
  return { folder, size: checkpoint.size, root: checkpoint.root, note, signedAt };
}

async function run({ pool, ledger, keyring }: Connection, where: string, dryRun: boolean): Promise<void> {
  const { folder, ...checkpoint } = await soundLog(where);
  const size = await logSize(pool, ledger);
  const began = await recoveryBegan(pool, ledger);
  if (size >= checkpoint.size && began === undefined) {
    console.log(`nothing is missing: the database has ${size.toLocaleString('en')} events, the newest checkpoint ${checkpoint.size.toLocaleString('en')}`);
    return;
  }
  console.log(`the database has ${size.toLocaleString('en')} events, the newest checkpoint ${checkpoint.size.toLocaleString('en')}: ${(checkpoint.size - size).toLocaleString('en')} are to be put back`);
  if (dryRun) return;
  const lease = await holdLease(new Lease(pool, ledger, 'relay', newHolderId()));
  const line = progressLine(checkpoint.size - size);
  try {
    const options = { pool, ledger, origin: keyring.origin, keys: personKeysOf(keyring), suppressionKeys: suppressionKeysOf(keyring), folder, checkpoint, fencing: lease.fencing };
    const done = await recover({ ...options, actor: { kind: 'operator', id: operator() }, progress: (rows, total) => line.show(rows, rows, `of ${total.toLocaleString('en')}`), missing: tellMissing });
    line.end();
    console.log(`put back ${done.events.toLocaleString('en')} events from index ${done.from} on; erased again ${done.erased.toLocaleString('en')} people; ${done.missing.toLocaleString('en')} people or devices lack a key or identifier`);
  } finally {
    await lease.release();
  }
}

const HELP = `
For a database that was restored from a backup, or lost its newest commits: api and relay refuse to write and to sign while it is
behind the newest checkpoint in the log's folder. The folder is checked first, and what the backup holds must be its beginning.
Run it again when it was cut off; it goes on where it was. Put back is what the log holds, events and states. What no log holds
stays lost: keys, identifiers, evidence and answers to idempotency keys newer than the backup, and changes of the last
second or two. Whoever has no key or identifier any more is listed, and his consents are withdrawn (reason operator).
Keys of the API, the catalogue and holds are as old as the backup: look at them before you serve again.`;

export function recoverCommand(program: Command): void {
  program
    .command('recover')
    .option('--log <folder>', 'the log’s folder; without it LOG_DIR, or that of the installation here')
    .option('--dry-run', 'only tell how much is missing')
    .description('bring a restored database up to the signed log')
    .addHelpText('after', HELP)
    .action(async ({ log, dryRun = false }: Options) => {
      const where = logDir(log);
      await connected((connection) => run(connection, where, dryRun), { max: 6 });
    });
}
