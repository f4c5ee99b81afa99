import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { KEYED_LOOKUPS } from '#database';
import { checkMapping, FIELDS, importFile, isField, joinMappings, type Field, type ImportResult, type Mapping } from '#transfer';
import { connected, freshnessOf, table } from '../connect.js';
import { doesNotHold } from '../exit-codes.js';
import { CliError, databaseUrl, keyringFile, logDir } from '../installation.js';
import { progressLine } from '../progress.js';
import { threads, usualThreads } from '../threads.js';
import { operator } from '../trace.js';

interface ImportOptions {
  system: string;
  map?: Mapping['columns'];
  set?: Mapping['constants'];
  value?: Mapping['values'];
  mapping?: string;
  offset?: string;
  delimiter?: string;
  encoding?: string;
  report?: string;
  dryRun?: boolean;
  again?: boolean;
  link?: boolean;
  threads: number;
}

const ID = /^[a-z][a-z0-9-]{0,62}$/;
const CONNECTIONS = 6;
/** A file of this size is through before threads would have begun. */
const SMALL_BYTES = 500_000;

/** `name=value`, cut at the first `=`; the name is a field. */
function pair(text: string): [Field, string] {
  const [name = '', ...rest] = text.split('=');
  if (!isField(name)) throw new InvalidArgumentError(`there is no field "${name}"; there are ${Object.keys(FIELDS).join(', ')}`);
  if (rest.length === 0) throw new InvalidArgumentError(`write it as ${name}=…`);
  return [name, rest.join('=')];
}

const collect = (text: string, before: Partial<Record<Field, string>> = {}): Partial<Record<Field, string>> => {
  const [field, value] = pair(text);
  return { ...before, [field]: value };
};

function meaning(text: string, before: NonNullable<Mapping['values']> = {}): NonNullable<Mapping['values']> {
  const at = text.indexOf(':');
  const equals = text.lastIndexOf('=');
  if (at < 1 || equals < at) throw new InvalidArgumentError('write it as decision:Ja=grant');
  const [field] = pair(`${text.slice(0, at)}=`);
  return { ...before, [field]: { ...before[field], [text.slice(at + 1, equals)]: text.slice(equals + 1) } };
}

function system(text: string): string {
  if (!ID.test(text)) throw new InvalidArgumentError('a system is lower-case letters, digits and hyphens, starting with a letter');
  return text;
}

function readMapping(path: string): Mapping {
  try {
    return checkMapping(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new CliError(`${path}: ${(error as Error).message}`);
  }
}

function mappingOf({ mapping, map, set, value, offset, delimiter, encoding }: ImportOptions): Mapping {
  const given = Object.fromEntries(Object.entries({ offset, delimiter: delimiter === '\\t' ? '\t' : delimiter, encoding }).filter(([, one]) => one !== undefined));
  const named = checkMapping({ ...given, columns: map ?? {}, constants: set ?? {}, values: value ?? {} });
  return mapping === undefined ? named : joinMappings(readMapping(mapping), named);
}

const WORDS: Record<keyof ImportResult['tally'], [string, string]> = {
  applied: ['applied', 'would be applied'],
  late: ['only recorded: something newer stands', 'would only be recorded: something newer stands'],
  unchanged: ['said nothing new', 'would say nothing new'],
  refused: ['refused', 'would be refused'],
};

function summary({ tally, codes }: ImportResult, dryRun: boolean): string {
  const lines = Object.entries(WORDS).map(([name, words]) => [tally[name as keyof typeof tally].toLocaleString('en'), words[dryRun ? 1 : 0] ?? '']);
  const why = [...codes].sort((one, other) => other[1] - one[1]).map(([code, count]) => ['', `  ${count.toLocaleString('en')} × ${code}`]);
  return table([...lines, ...why].map(([count = '', words = '']) => [count.padStart(12), words]));
}

function finishedBefore({ done, tally: { refused } }: ImportResult): string {
  const rows = `${done.toLocaleString('en')} rows${refused > 0 ? `, ${refused.toLocaleString('en')} of them refused` : ''}`;
  return `This file was imported before (${rows}); nothing was done. --again tries once more what was refused.`;
}

/** How large the file is. */
function demandFile(path: string): number {
  if (!existsSync(path)) throw new CliError(`there is no file ${path}`);
  const found = statSync(path);
  if (!found.isFile()) throw new CliError(`${path} is no file: an import reads it twice, and again when it goes on`);
  return found.size;
}

/** A file that is imported for each of several purposes has a report for each. */
function reportOf(path: string, { report, dryRun }: ImportOptions, { constants }: Mapping): string {
  const purpose = ID.test(constants?.purpose ?? '') ? `.${constants?.purpose}` : '';
  const place = report ?? `${path}${purpose}.${dryRun ? 'dry-run' : 'refused'}.csv`;
  if (existsSync(place) && realpathSync(place) === realpathSync(path)) throw new CliError(`${place} is what is imported: the report would take its place`);
  return place;
}

async function run(path: string, options: ImportOptions): Promise<void> {
  const bytes = demandFile(path);
  const mapping = mappingOf(options);
  const { dryRun = false, again, link: mayLink } = options;
  const reportPath = reportOf(path, options, mapping);
  const progress = progressLine(bytes);
  const since = performance.now();
  const result = await connected(
    async (target) => {
      const fresh = freshnessOf(target);
      await fresh.demand();
      return importFile({ ...target, mayWrite: () => fresh.demand() }, { path, mapping, system: options.system, by: operator(), reportPath, dryRun, again, mayLink, threads: bytes > SMALL_BYTES ? { url: databaseUrl(), count: options.threads, keyring: keyringFile(), log: logDir() } : undefined, onStep: (step) => progress.show(step.done, step.bytes, `${step.tally.refused} refused`) });
    },
    { max: CONNECTIONS, settings: KEYED_LOOKUPS },
  ).finally(() => progress.end());
  if (result.tally.refused > 0) doesNotHold();
  if (result.finishedBefore) return console.log(finishedBefore(result));
  const [rows, seconds] = [result.done - result.from, (performance.now() - since) / 1000];
  const start = result.from > 0 ? `Went on at row ${(result.from + 1).toLocaleString('en')}: ` : '';
  console.log(`${start}${rows.toLocaleString('en')} rows of ${path} in ${seconds.toFixed(1)} s, ${Math.round(rows / seconds).toLocaleString('en')} a second${dryRun ? '. Nothing was written; each row was judged on its own' : ''}\n`);
  console.log(summary(result, dryRun));
  if (result.tally.refused > 0) console.log(`\nWhy each row was refused, by line: ${reportPath}`);
}

const HELP = `
Fields (a column of the same name needs no --map):
${Object.entries(FIELDS).map(([name, what]) => `  ${name.padEnd(20)} ${what}`).join('\n')}

Each row is one decision of one person: email, phone, customer or portal; purpose; decision; occurredAt. A grant needs the
notice that was shown (all three members, known to the catalogue) and how it was taken (capture.* or evidence.text).
Several of a kind of one person stand in one cell, each on a line of its own. The first line of a CSV file names its columns; .ndjson and .jsonl files hold one JSON object a line.

What holds: a row is never applied twice for one purpose. After a crash, Ctrl-C or kill run the same command again: it goes on
where it was. A file with a column for each purpose is run once for each (--set purpose=…); for one purpose it keeps its
mapping and system: others are refused, but with --again, which takes rows that were refused and changes none that was applied.
An older grant never undoes a later no; it is only recorded. Who was erased or suppressed stays so. A row that cannot be
taken is written to the report (line, code, reason; nothing personal) and stops no other. Codes that the api has are
explained at its /docs; of the file itself: columns_wrong (another number of cells than the first line), row_unreadable (no JSON object),
value_invalid (a field has not the form that it must have), decision_missing, decision_unknown, occurred_at_missing, occurred_at_unreadable,
evidence_missing (a grant that says neither how nor from what), taken_otherwise (an earlier run took this row as something else).
In NDJSON channels and partners may be lists; an object where a field is looked for is refused (value_invalid), never taken for an empty cell.
A catalogue that is loaded meanwhile counts from then on, for every row that follows.

Example:
  samtycke import kunder.csv --system old-crm --map email=E-post --map decision=Status --value decision:Ja=grant \\
    --value decision:Nej=withdraw --map occurredAt=Datum --offset +01:00 --set purpose=newsletter \\
    --set notice.id=newsletter-signup --set notice.version=1.3 --set notice.locale=sv --set capture.method=form --dry-run
The same as a file for --mapping:
  {"columns": {"email": "E-post", "decision": "Status", "occurredAt": "Datum"}, "constants": {"purpose": "newsletter"},
   "values": {"decision": {"Ja": "grant", "Nej": "withdraw"}}, "offset": "+01:00", "encoding": "windows-1252"}

Exit codes: 0 every row is in; 1 every row is through, some were refused; 2 it stopped before the end.`;

export function importCommand(program: Command): void {
  program
    .command('import')
    .argument('<file>', 'a CSV or NDJSON file')
    .description('bring decisions of another system in, with their own times and evidence')
    .requiredOption('--system <id>', 'the system whose records these are: the actor of every event', system)
    .option('--map <field=column>', 'the column of a field; may be repeated', collect)
    .option('--set <field=value>', 'what holds for every row, where its cell is empty; may be repeated', collect)
    .option('--value <field:word=meaning>', 'what a word of the file means; may be repeated', meaning)
    .option('--mapping <file>', 'all of these, and offset, delimiter and encoding, as a JSON file')
    .option('--offset <offset>', 'offset of times that name none: Z, +01:00')
    .option('--delimiter <character>', 'of a CSV file; without it the one of ; , tab that its first line has most of')
    .option('--encoding <name>', 'utf-8 (without it), windows-1252, iso-8859-1 …')
    .option('--dry-run', 'only tell what would become of each row')
    .option('--again', 'go through all rows of a file once more, also with another mapping: tries again what was refused')
    .option('--link', 'add identifiers that nobody has to the person found by another one of the same row')
    .option('--report <file>', 'where refused rows are listed (<file>.refused.csv, with --set purpose=… <file>.<purpose>.refused.csv; of a dry run dry-run for refused)')
    .option('--threads <number>', 'threads that decide and seal the rows of a large file', threads, usualThreads())
    .addHelpText('after', HELP)
    .action(run);
}
