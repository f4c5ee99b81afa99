import { Option, type Command } from 'commander';
import { nowMicros, timeText } from '#ledger';
import { countGrants, exportGrants, filterText, GRANT_COLUMNS, unknownNames, writeRows, type Format, type GrantFilter } from '#transfer';
import { connected } from '../connect.js';
import { demandApart } from '../apart.js';
import { CliError } from '../installation.js';
import { instant } from '../instant.js';
import { demandNotice, demandPurposes } from '../named.js';
import { number } from '../number.js';
import { reason } from '../reason.js';
import { trace } from '../trace.js';
import { demandPlace } from '../write-whole.js';
import { BY_KEY, counted, delimiter, demandTable, write } from './export.js';

interface Options extends GrantFilter {
  count?: boolean;
  format: Format;
  delimiter?: string;
  out?: string;
  reason: string;
}

async function search({ count, format, delimiter: between, out, reason: why, ...filter }: Options): Promise<void> {
  demandApart({ '--count': count, '--out': out });
  demandTable(format, between);
  if (out !== undefined) await demandPlace(out);
  await connected(async (connection) => {
    const { pool, ledger } = connection;
    await demandPurposes(connection, [filter.purpose]);
    await demandNotice(connection, filter.notice, filter.version);
    if ((await unknownNames(pool, ledger, filter)).includes('context')) throw new CliError(`the catalogue has no collection context ${filter.context}`);
    const now = timeText(nowMicros());
    await trace(connection, `search of consents ${filterText(filter)}`, why);
    const counts = await countGrants(pool, ledger, filter, now);
    const told = `${number(counts.count, 'consent', 'consents')}, ${counts.valid.toLocaleString('en')} of which ${counts.valid === 1 ? 'holds' : 'hold'} now (up to log index ${counts.upTo.toLocaleString('en')})`;
    if (count) {
      console.log(told);
      return;
    }
    const tally = { rows: 0 };
    await write(writeRows(counted(exportGrants(pool, ledger, filter, now), tally), format, GRANT_COLUMNS, between), out);
    console.error(`${number(tally.rows, 'row', 'rows')}${out ? ` in ${out}` : ''}; ${told}`);
  }, BY_KEY);
}

const HELP = `
Every consent that was given under one version of a text, the oldest first, with what has become of it. What the worker has not
come to yet is not in it: a second, normally. A cell of a CSV file that a spreadsheet would take for a formula gets a ' before it.

Examples:
  samtycke search --purpose newsletter --notice newsletter-signup --version 1.3 --count --reason "yearly review"
  samtycke search --purpose newsletter --notice newsletter-signup --version 1.3 --locale sv --from 2026-10-01 --to 2026-11-01 \\
    --context newsletter-signup --point site-footer --valid --format csv --out october.csv --reason "case 4711"`;

export function searchCommand(program: Command): void {
  const command = program.command('search');
  const said = new Set<string>();
  for (const option of ['valid', 'no-valid']) command.on(`option:${option}`, () => said.add(`--${option}`));
  command.hook('preAction', () => demandApart(Object.fromEntries([...said].map((option) => [option, true]))));
  command
    .requiredOption('--purpose <id>', 'purpose that was consented to')
    .requiredOption('--notice <id>', 'text under which it was given')
    .requiredOption('--version <version>', '… its version')
    .option('--locale <locale>', '… its language')
    .option('--from <time>', 'given at this time, which is included, or after', instant)
    .option('--to <time>', 'given before this time, which is not included: of a day alone, nothing of that day', instant)
    .option('--context <id>', 'collection context')
    .option('--point <id>', 'collection point')
    .option('--valid', 'only those that hold now')
    .option('--no-valid', 'only those that do not hold any more')
    .option('--count', 'only how many')
    .addOption(new Option('--format <format>', 'one JSON object a line, or a table').choices(['ndjson', 'csv']).default('ndjson'))
    .option('--delimiter <character>', 'of the table: one character, or \\t; a comma where it is not given', delimiter)
    .option('--out <file>', 'a file (mode 0600, whole or not there) instead of stdout')
    .requiredOption('--reason <text>', 'why they are read: stands in the trace of readings', reason)
    .description('consents that were given under a version of a text')
    .addHelpText('after', HELP)
    .action(search);
}
