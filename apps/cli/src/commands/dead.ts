import { Option, type Command } from 'commander';
import { listSystems } from '#propagation';
import { connected, table, type Connection } from '../connect.js';
import { demandApart, givenOf } from '../apart.js';
import { CliError } from '../installation.js';
import { withKafka } from '../kafka/cluster.js';
import { readLetters, stillParked, type Filter, type Letter } from '../dead/letters.js';
import { putBack } from '../dead/put-back.js';
import { instant } from '../instant.js';

interface ListOptions extends Filter {
  all?: boolean;
  json?: boolean;
}

const shown = ({ number, system, reason, detail, event, topic, partition, offset, at, times }: Letter, parked: boolean) =>
  ({ number, system, reason, detail, event: event ?? null, topic, partition, offset, at, times, parked });

/** What was looked for, in words; empty where it was everything. */
const soughtWords = ({ system, reason, event, since }: Filter): string[] => [
  ...(system === undefined ? [] : [`of the system ${system}`]),
  ...(reason === undefined ? [] : [`for the reason ${reason}`]),
  ...(event === undefined ? [] : [`of the event ${event}`]),
  ...(since === undefined ? [] : [`parked since ${since}`]),
];

/** That there is nothing: of what was asked for, which says nothing of the rest. */
async function tellNone(filter: Filter, all = false): Promise<void> {
  const sought = soughtWords(filter);
  if (sought.length === 0) return console.log(all ? 'No dead letter lies on the topic.' : 'No dead letter: every system has applied what it received, as far as the ledger has heard.');
  console.log(`No dead letter ${all ? 'lies on the topic' : 'is parked'} ${sought.join(', ')}; others were not looked at.`);
  const { system } = filter;
  if (system === undefined) return;
  const registered = await connected(({ pool, ledger }) => listSystems(pool, ledger));
  if (!registered.some(({ id }) => id === system)) console.log(`No system ${system} is registered (\`samtycke systems list\`).`);
}

async function list({ all, json, ...filter }: ListOptions): Promise<void> {
  const rows = await connected(({ pool, ledger }) =>
    withKafka(async (cluster) => {
      const letters = await readLetters(cluster, filter);
      const parked = new Set(await stillParked(pool, ledger, letters));
      return letters.filter((letter) => all || parked.has(letter)).map((letter) => shown(letter, parked.has(letter)));
    }),
  );
  if (json) return rows.forEach((row) => console.log(JSON.stringify(row)));
  if (rows.length === 0) return tellNone(filter, all);
  const cells = rows.map((row) => [row.number, row.system, row.parked ? `${row.reason} (${row.detail})` : 'acted since', row.event ?? '-', `${row.topic} ${row.partition}:${row.offset}`, row.at.slice(0, 19).replace('T', ' '), String(row.times)]);
  console.log(table([['number', 'system', 'reason', 'event', 'from', 'parked', 'times'], ...cells]));
}

function chosen(numbers: readonly string[], letters: readonly Letter[]): readonly Letter[] {
  const strange = numbers.find((number) => !letters.some((letter) => letter.number === number));
  if (strange !== undefined) throw new CliError(`no letter ${strange} is parked (\`samtycke dead list\`)`);
  return numbers.length > 0 ? letters.filter(({ number }) => numbers.includes(number)) : letters;
}

async function retry(numbers: string[], { all, ...filter }: Filter & { all?: boolean }): Promise<void> {
  const { system, reason, event, since } = filter;
  demandApart({ 'numbers of letters': numbers, [givenOf({ '--system': system, '--reason': reason, '--event': event, '--since': since }).join(', ')]: soughtWords(filter), '--all': all });
  if (numbers.length === 0 && !all && !Object.values(filter).some((value) => value !== undefined)) throw new CliError('name them by number (`samtycke dead list`), say which by --system, --reason, --event or --since, or --all');
  const { count, unfit } = await connected(({ pool, ledger }: Connection) =>
    withKafka(async (cluster) => {
      const named = await readLetters(cluster, numbers.length > 0 ? {} : filter);
      const letters = chosen(numbers, await stillParked(pool, ledger, named));
      const found = await putBack(cluster, { pool, ledger }, letters);
      return { count: letters.length - found.length, unfit: found };
    }),
  );
  if (count === 0 && unfit.length === 0) return tellNone(filter);
  if (count > 0) console.log(`${count} put back, each for its own system alone; \`samtycke dead list\` shows what is parked again.`);
  if (unfit.length > 0) throw new CliError(unfit.join('; '));
}

const filtered = (command: Command): Command =>
  command
    .option('--system <id>', 'of this system')
    .addOption(new Option('--reason <reason>', 'parked for this reason').choices(['not-json', 'wrong-shape', 'not-storable', 'handler-failed', 'handler-timeout']))
    .option('--event <id>', 'of this event')
    .option('--since <time>', 'parked since', (text: string) => instant(text));

export function deadCommand(program: Command): void {
  const dead = program.command('dead').description('what downstream systems could not apply: why, and once the cause is gone, again').addHelpText('after', '\nKafka is KAFKA_BROKERS (KAFKA_TOPIC_PREFIX), else that of the installation started here.');
  filtered(dead.command('list')).option('--all', 'those too that the system has acted on since').option('--json', 'one a line').description('letters that are still parked, the newest of each system and event').action(list);
  filtered(dead.command('retry').argument('[number...]', 'as `list` shows them')).option('--all', 'all that are parked').description('put them back on the events topic, each for its own system alone').action(retry);
}
