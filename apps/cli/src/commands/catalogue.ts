import { InvalidArgumentError, type Command } from 'commander';
import { catalogueHash, copyCatalogue, loadCatalogue, type Catalogue } from '#catalogue';
import { createPool } from '#database';
import { countUnder, isOwnCatalogue, loadCatalogueInto, noticeImpact, ownLedger, planCatalogue, type NewPublication, type NoticeImpact, type Renamed } from '#setup';
import { personKeysOf } from '#vault';
import { connected, demandFresh, table, type Connection } from '../connect.js';
import { demandApart } from '../apart.js';
import { CliError, databaseUrl, keyringFile } from '../installation.js';
import { number } from '../number.js';

function origin(text: string): string {
  if (!/^[a-z0-9.-]+(\/[a-z0-9._-]+)*$/.test(text)) throw new InvalidArgumentError('an origin is a name without schema, such as consent.example.se/ledger');
  return text;
}

function sayImpact({ consents, people, purposes }: NoticeImpact): void {
  console.log(`  ${number(consents, 'consent', 'consents')} of ${number(people, 'person or device', 'people and devices')} ${consents === 1 ? 'stands' : 'stand'} under an older version.`);
  if (purposes.length > 0) console.log(table(purposes.map(({ id, consents: count }) => [`    ${id}`, String(count)])));
}

/** One line for each new version, and what a material one is going to withdraw. */
async function sayPublications({ pool, ledger }: Pick<Connection, 'pool' | 'ledger'>, publications: NewPublication[]): Promise<void> {
  for (const { id, version, change, from, older } of publications) {
    if (older.length === 0) console.log(`${id} ${version}: the first version.`);
    else if (change === 'editorial') console.log(`${id} ${version}: an editorial change; consents stand.`);
    else {
      console.log(`${id} ${version}: a material change; what is not renewed under it is withdrawn from ${from} on.`);
      sayImpact(await countUnder(pool, ledger, id, older));
    }
  }
}

function sayRenamed(renamed: Renamed[]): void {
  for (const { what, before, now } of renamed) console.log(`${what}: another name, “${before}” becomes “${now}”; receipts of before keep the old one.`);
}

interface LoadOptions {
  origin: string;
  dryRun?: true;
  example?: true;
}

/** The one that comes with Samtycke takes the place of another only where that was said. */
async function demandNamed({ pool, ledger }: Pick<Connection, 'pool' | 'ledger'>, catalogue: Catalogue): Promise<void> {
  if (await isOwnCatalogue({ pool, ledger }, catalogueHash(catalogue))) throw new CliError('another catalogue is in force than the one that comes with Samtycke: name the path of the one to load, or say --example for that one');
}

/** `another`: the origin was named in the command itself, as that of a ledger which may be begun beside others. */
async function load(catalogue: Catalogue, { origin: name, example, another }: LoadOptions & { another: boolean }, path: string | undefined): Promise<void> {
  const pool = createPool({ url: databaseUrl(), name: 'samtycke-cli', max: 3 });
  try {
    const { keyring, ledger } = await ownLedger(pool, { path: keyringFile(), origin: name, another });
    await demandFresh({ pool, ledger });
    if (path === undefined && !example) await demandNamed({ pool, ledger }, catalogue);
    const keys = personKeysOf(keyring);
    const loaded = await loadCatalogueInto({ ledger, origin: keyring.origin, pool, keys }, catalogue);
    console.log(loaded.changed ? `Loaded catalogue ${loaded.sha256} with ${loaded.newNotices} new notices.` : `Catalogue ${loaded.sha256} is in force already; nothing changed.`);
    sayRenamed(loaded.renamed);
    await sayPublications({ pool, ledger }, loaded.publications.filter(({ older }) => older.length > 0));
  } finally {
    await pool.end();
  }
}

async function rehearse(catalogue: Catalogue, mustBeNamed: boolean): Promise<void> {
  await connected(async ({ pool, ledger }) => {
    if (mustBeNamed) await demandNamed({ pool, ledger }, catalogue);
    const { sha256, changed, notices, publications, renamed } = await planCatalogue(pool, ledger, catalogue);
    if (!changed) return console.log(`Catalogue ${sha256} is in force already; nothing would change.`);
    console.log(`Would load catalogue ${sha256} with ${notices.length} new notices. Nothing was written.`);
    sayRenamed(renamed);
    await sayPublications({ pool, ledger }, publications);
  });
}

async function impact(id: string, version: string): Promise<void> {
  await connected(async ({ pool, ledger }) => {
    const found = await noticeImpact(pool, ledger, { id, version });
    if (found.change === 'editorial') return console.log(`${id} ${version}: an editorial change; consents stand.`);
    const what = found.from === undefined ? 'not published; as a material change it would withdraw what is not renewed under it.' : `a material change; what is not renewed under it is withdrawn from ${found.from} on.`;
    console.log(`${id} ${version}: ${what}`);
    sayImpact(found);
  });
}

function copy(folder: string): void {
  const files = copyCatalogue(folder);
  console.log(`Copied the catalogue that comes with Samtycke to ${folder}. It speaks for its first user: put in your own company, address and contact in`);
  for (const file of files) console.log(`  ${file}`);
  console.log('and read each purpose and text: what you do not do has no place there. A text that this ledger has given out needs a new version in notices.json.');
  console.log(`Then: samtycke catalogue load ${folder} --dry-run`);
}

export function catalogueCommand(program: Command): void {
  const catalogue = program.command('catalogue').description('the catalogue of purposes and notices');
  catalogue
    .command('load')
    .argument('[path]', 'folder of the catalogue, or one JSON file; without it the one that comes with Samtycke, unless another is in force')
    .option('--origin <name>', 'origin of a ledger that is new; needed here where the database holds another one already', origin, process.env.SAMTYCKE_ORIGIN || 'samtycke.localhost/ledger')
    .option('--example', 'the one that comes with Samtycke, also where another is in force')
    .option('--dry-run', 'write nothing; say what is new, and how many consents each material change will withdraw, and when')
    .description('load a catalogue; refused: a changed text under an old version, a further version that does not say what it changes, a purpose that is missing')
    .action((path: string | undefined, options: LoadOptions, command: Command) => {
      demandApart({ [path ?? 'a path']: path, '--example': options.example });
      return options.dryRun ? rehearse(loadCatalogue(path), path === undefined && !options.example) : load(loadCatalogue(path), { ...options, another: command.getOptionValueSource('origin') === 'cli' }, path);
    });
  catalogue
    .command('copy')
    .argument('<folder>', 'a new or empty folder')
    .description('copy the catalogue that comes with Samtycke, as the beginning of your own; says which files name its company')
    .action(copy);
  catalogue
    .command('impact')
    .argument('<notice>', 'id of a notice')
    .argument('<version>', 'a published version, or one that is yet to come')
    .description('how many consents a version withdraws as a material change, and from when; writes nothing')
    .action(impact);
}
