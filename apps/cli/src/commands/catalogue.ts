import { InvalidArgumentError, type Command } from 'commander';
import { loadCatalogue } from '#catalogue';
import { createPool } from '#database';
import { ensureLedger, loadCatalogueInto } from '#setup';
import { keyringFor, keyringPath, personKeysOf } from '#vault';
import { databaseUrl, dataDir } from '../connect.js';

function origin(text: string): string {
  if (!/^[a-z0-9.-]+(\/[a-z0-9._-]+)*$/.test(text)) throw new InvalidArgumentError('an origin is a name without schema, such as consent.example.se/ledger');
  return text;
}

async function load(folder: string | undefined, name: string): Promise<void> {
  const keyring = keyringFor(keyringPath(dataDir()), name);
  const pool = createPool({ url: databaseUrl(), name: 'samtycke-cli', max: 3 });
  try {
    const ledger = await ensureLedger(pool, keyring.origin);
    const keys = personKeysOf(keyring);
    const loaded = await loadCatalogueInto({ ledger, origin: keyring.origin, pool, keys }, loadCatalogue(folder));
    console.log(loaded.changed ? `Loaded catalogue ${loaded.sha256} with ${loaded.newNotices} new notices.` : `Catalogue ${loaded.sha256} is in force already; nothing changed.`);
  } finally {
    await pool.end();
  }
}

export function catalogueCommand(program: Command): void {
  program
    .command('catalogue')
    .description('the catalogue of purposes and notices')
    .command('load')
    .argument('[folder]', 'folder of the catalogue; without it the one that comes with Samtycke')
    .option('--origin <name>', 'origin of a ledger that is new', origin, process.env.SAMTYCKE_ORIGIN ?? 'samtycke.localhost/ledger')
    .description('load a catalogue; a changed text under an old version is refused')
    .action((folder: string | undefined, options: { origin: string }) => load(folder, options.origin));
}
