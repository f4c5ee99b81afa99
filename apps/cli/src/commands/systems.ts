import { InvalidArgumentError, type Command } from 'commander';
import { addSystem, faultOfSystem, listSystems, removeSystem } from '#propagation';
import { CliError, connected, table } from '../connect.js';
import { systemsReplayCommand } from './systems-replay.js';

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function milliseconds(text: string): number {
  const [, number, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) throw new InvalidArgumentError('a number and ms, s, m, h or d, such as 5s');
  return Number(number) * (UNITS[unit] ?? 1);
}

const inWords = (ms: number): string => {
  const unit = Object.keys(UNITS).reverse().find((name) => ms % (UNITS[name] ?? 1) === 0) ?? 'ms';
  return `${ms / (UNITS[unit] ?? 1)}${unit}`;
};

async function add(id: string, { purposes, deadline }: { purposes?: string[]; deadline: number }): Promise<void> {
  const system = { id, deadlineMs: deadline, ...(purposes && { purposes: [...new Set(purposes)].sort() }) };
  const fault = faultOfSystem(system);
  if (fault !== undefined) throw new CliError(fault);
  await connected(async ({ pool, ledger }) => {
    const { rows } = await pool.query<{ id: string }>('SELECT DISTINCT id FROM purposes WHERE ledger = $1', [ledger]);
    const strange = purposes?.filter((purpose) => !rows.some((row) => row.id === purpose)) ?? [];
    if (strange.length > 0) throw new CliError(`the catalogue has no purpose ${strange.join(', ')}`);
    await addSystem(pool, ledger, system);
  });
  console.log(`${id} acts on ${system.purposes?.join(', ') ?? 'every purpose'}; a withdrawal that it has not acknowledged after ${inWords(deadline)} is late.`);
}

async function remove(id: string): Promise<void> {
  if (!(await connected(({ pool, ledger }) => removeSystem(pool, ledger, id)))) throw new CliError(`no system ${id} is registered (\`samtycke systems list\`)`);
  console.log(`Nothing is demanded of ${id} any more; what it acknowledged stays.`);
}

async function list(options: { json?: boolean }): Promise<void> {
  const systems = await connected(({ pool, ledger }) => listSystems(pool, ledger));
  if (options.json) return systems.forEach((system) => console.log(JSON.stringify(system)));
  const cells = systems.map(({ id, purposes, deadlineMs, addedAt, overdue }) => [id, purposes?.join(',') ?? 'all', inWords(deadlineMs), addedAt.slice(0, 16).replace('T', ' '), String(overdue)]);
  console.log(table([['system', 'acts on', 'deadline', 'since', 'late with'], ...cells]));
}

export function systemsCommand(program: Command): void {
  const systems = program.command('systems').description('downstream systems: what each acts on, how soon, and what it is late with');
  systems
    .command('add')
    .argument('<id>', 'as the system names itself in its acknowledgements')
    .description('register a system, or change what it acts on')
    .option('--purposes <list>', 'what it acts on, comma separated; without it every purpose', (text: string) => text.split(',').map((part) => part.trim()).filter((part) => part !== ''))
    .requiredOption('--deadline <time>', 'how soon it acts on a withdrawal, such as 500ms, 5s, 24h', milliseconds)
    .action(add);
  systems.command('remove').argument('<id>').description('demand nothing of it any more').action(remove);
  systems.command('list').option('--json', 'one a line').description('all systems, and how many withdrawals each is late with').action(list);
  systemsReplayCommand(systems);
}
