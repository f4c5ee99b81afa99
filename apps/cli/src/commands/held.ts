import type { Command } from 'commander';
import { decideHeld, finishHeld, listHeld, type HeldRow } from '#held';
import { Ledger, readCatalogue, Reader } from '#ledger';
import { Counts } from '#statistics';
import { lookupKeysOf, personKeysOf, subjectKeysOf, suppressionKeysOf } from '#vault';
import { connected, demandFresh, table, type Connection } from '../connect.js';
import { demandApart } from '../apart.js';
import { CliError } from '../installation.js';
import { number } from '../number.js';
import { operator } from '../trace.js';

const time = (date: Date | null): string => date?.toISOString().slice(0, 16).replace('T', ' ') ?? '-';

async function list(options: { json?: boolean }): Promise<void> {
  const rows = await connected((connection) => listHeld(connection));
  const shown = rows.map(({ id, site, purposes, heldAt, releaseAt, askedAt, decided }) => ({ id, site, purposes, heldAt, releaseAt, askedAt, decided }));
  console.error(number(shown.length, 'held withdrawal', 'held withdrawals'));
  if (options.json) return shown.forEach((row) => console.log(JSON.stringify(row)));
  const cells = shown.map((row) => [row.id, row.site, row.purposes.join(','), time(row.heldAt), time(row.releaseAt), time(row.askedAt), row.decided ?? 'waits']);
  console.log(table([['id', 'site', 'purposes', 'held', 'takes effect', 'owner asked', 'state'], ...cells]));
}

/** The rows that were named, or all that wait. */
async function named(connection: Connection, ids: string[], all: boolean | undefined): Promise<HeldRow[]> {
  demandApart({ ids, '--all': all });
  if (ids.length === 0 && !all) throw new CliError('name them by id (`samtycke held list`), or say --all');
  const waiting = (await listHeld(connection)).filter((row) => row.decided === null);
  const strange = ids.find((id) => !waiting.some((row) => row.id === id));
  if (strange !== undefined) throw new CliError(`no held withdrawal with the id ${strange} waits`);
  return all ? waiting : waiting.filter((row) => ids.includes(row.id));
}

async function release(ids: string[], { all }: { all?: boolean }): Promise<void> {
  await connected(async (connection) => {
    const { pool, ledger, keyring } = connection;
    await demandFresh(connection);
    const catalogue = await readCatalogue(pool, ledger);
    if (!catalogue) throw new CliError('no catalogue is loaded');
    const { origin } = keyring;
    const lookupKeys = lookupKeysOf(keyring);
    const keys = personKeysOf(keyring);
    const appender = new Ledger({ ledger, origin, pool, keys });
    const counts = new Counts({ pool, ledger, onError: () => console.error('The statistics could not be written: these withdrawals are missing there.') });
    const options = { pool, ledger, origin, keys, subjectKeys: subjectKeysOf(keyring), appender, counts, catalogue, finder: { reader: new Reader(pool, ledger), lookupKeys, suppressionKeys: suppressionKeysOf(keyring) } };
    let released = 0;
    for (const row of await named(connection, ids, all)) {
      const decided = await decideHeld(connection, row.id, 'operator', operator());
      if (!decided) continue;
      await finishHeld(options, decided);
      released += 1;
    }
    await counts.flush();
    await appender.close();
    console.log(`${released} released: they have taken effect.`);
  });
}

async function reject(ids: string[], { all }: { all?: boolean }): Promise<void> {
  await connected(async (connection) => {
    let rejected = 0;
    for (const row of await named(connection, ids, all)) if (await decideHeld(connection, row.id, 'rejected', operator())) rejected += 1;
    console.log(`${rejected} rejected: nothing was withdrawn.`);
  });
}

export function heldCommand(program: Command): void {
  const held = program
    .command('held')
    .description('withdrawals that came in masses from one source: each takes effect within 24 hours unless somebody says no');
  held.command('list').option('--json', 'one a line').description('all that wait, and on stderr how many; whom they are about stays sealed').action(list);
  held.command('release').argument('[id...]').option('--all', 'all that wait').description('let them take effect now').action(release);
  held.command('reject').argument('[id...]').option('--all', 'all that wait').description('an attack: let none of them take effect').action(reject);
}
