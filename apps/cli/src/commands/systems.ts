import { InvalidArgumentError, type Command } from 'commander';
import { addSystem, faultOfSystem, listSystems, removeSystem } from '#propagation';
import { Tokens } from '#vault';
import { listParked, listWebhooks, Reach, removeWebhook, retryParked, setWebhook, type ListedWebhook } from '#webhooks';
import { connected, table, type Connection } from '../connect.js';
import { demandApart } from '../apart.js';
import { CliError } from '../installation.js';
import { demandPurposes } from '../named.js';
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

interface AddOptions {
  purposes?: string[];
  deadline: number;
  /** `false`: none any more. */
  webhook?: string | false;
  rotateSecret?: boolean;
}

function checkWebhook({ webhook, rotateSecret }: AddOptions): void {
  const fault = webhook ? Reach.of(process.env.WEBHOOK_ALLOW_HOSTS).faultOf(webhook) : undefined;
  if (fault !== undefined) throw new CliError(fault);
  if (rotateSecret && !webhook) throw new CliError('a new secret is for a webhook: name its address too (--webhook)');
}

/** The signing secret where one was made. */
async function changeWebhook({ pool, ledger, keyring }: Connection, system: string, { webhook, rotateSecret = false }: AddOptions): Promise<string | undefined> {
  if (webhook === false) await removeWebhook({ pool, ledger }, system);
  const tokens = new Tokens(keyring.origin, keyring.tokens);
  return webhook ? setWebhook({ pool, ledger, tokens }, { system, url: webhook, rotate: rotateSecret }) : undefined;
}

async function add(id: string, options: AddOptions): Promise<void> {
  const { purposes, deadline } = options;
  const system = { id, deadlineMs: deadline, ...(purposes && { purposes: [...new Set(purposes)].sort() }) };
  const fault = faultOfSystem(system);
  if (fault !== undefined) throw new CliError(fault);
  checkWebhook(options);
  const secret = await connected(async (connection) => {
    const { pool, ledger } = connection;
    await demandPurposes(connection, purposes);
    // The webhook first: what is demanded of the system must be told to it.
    const made = await changeWebhook(connection, id, options);
    await addSystem(pool, ledger, system);
    return made;
  });
  console.log(`${id} acts on ${system.purposes?.join(', ') ?? 'every purpose'}; a withdrawal that it has not acknowledged after ${inWords(deadline)} is late.`);
  if (options.webhook) console.log(`It is told at ${new URL(options.webhook).host}, and acknowledges with a 2xx.`);
  if (secret !== undefined) console.log(`Its signing secret, shown once${options.rotateSecret ? '; one before it signs too for 24 hours' : ''}: ${secret}`);
}

const notRegistered = (id: string): string => `no system ${id} is registered (\`samtycke systems list\`)`;

async function remove(id: string): Promise<void> {
  const removed = await connected(async ({ pool, ledger }) => {
    await removeWebhook({ pool, ledger }, id);
    return removeSystem(pool, ledger, id);
  });
  if (!removed) throw new CliError(notRegistered(id));
  console.log(`Nothing is demanded of ${id} any more; what it acknowledged stays.`);
}

const hookInWords = (hook: ListedWebhook | undefined): string[] => (hook ? [hook.host, hook.state, String(hook.waiting), String(hook.parked)] : ['-', '-', '-', '-']);

async function list(options: { json?: boolean }): Promise<void> {
  const [systems, webhooks] = await connected(async ({ pool, ledger }) => [await listSystems(pool, ledger), await listWebhooks({ pool, ledger })] as const);
  const all = systems.map((system) => ({ ...system, webhook: webhooks.get(system.id) }));
  if (options.json) return all.forEach((system) => console.log(JSON.stringify(system)));
  const cells = all.map(({ id, purposes, deadlineMs, addedAt, overdue, webhook }) => [id, purposes?.join(',') ?? 'all', inWords(deadlineMs), addedAt.slice(0, 16).replace('T', ' '), String(overdue), ...hookInWords(webhook)]);
  console.log(table([['system', 'acts on', 'deadline', 'since', 'late with', 'webhook', 'state', 'waiting', 'parked'], ...cells]));
}

async function parked(system: string, options: { json?: boolean }): Promise<void> {
  const events = await connected(({ pool, ledger }) => listParked(pool, ledger, system));
  if (options.json) return events.forEach((event) => console.log(JSON.stringify(event)));
  const cells = events.map(({ event, person, purpose, version, tries, parkedAt, problem }) => [event, person, purpose, String(version), String(tries), parkedAt.slice(0, 16).replace('T', ' '), problem]);
  console.log(table([['event', 'person', 'purpose', 'version', 'tries', 'parked', 'last answer'], ...cells]));
}

async function retry(system: string, events: string[], { all }: { all?: boolean }): Promise<void> {
  demandApart({ events, '--all': all });
  if (events.length === 0 && !all) throw new CliError(`name events (\`samtycke systems parked ${system}\`), or say --all`);
  const strange = events.find((event) => !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(event));
  if (strange !== undefined) throw new CliError(`${strange} is no event id`);
  const retried = await connected(async ({ pool, ledger }) => {
    const known = (await listSystems(pool, ledger)).some(({ id }) => id === system);
    if (!known) throw new CliError(notRegistered(system));
    return retryParked(pool, ledger, { system, ...(!all && { events }) });
  });
  console.log(`${retried.length} will be tried again; one whose purpose the system has learnt a later state of is passed over.`);
  const left = events.filter((event) => !retried.includes(event));
  if (left.length > 0) throw new CliError(`not parked for ${system} (\`samtycke systems parked ${system}\`): ${left.join(', ')}`);
}

export function systemsCommand(program: Command): void {
  const systems = program.command('systems').description('downstream systems: what each acts on, how soon, and what it is late with');
  systems
    .command('add')
    .argument('<id>', 'as the system names itself in its acknowledgements')
    .description('register a system, or change what it acts on')
    .option('--purposes <list>', 'what it acts on, comma separated; without it every purpose', (text: string) => text.split(',').map((part) => part.trim()).filter((part) => part !== ''))
    .requiredOption('--deadline <time>', 'how soon it acts on a withdrawal, such as 500ms, 5s, 24h', milliseconds)
    .option('--webhook <url>', 'where it is told, for a system without Kafka (Standard Webhooks, CloudEvents); named again, it begins anew, also one that was disabled')
    .option('--no-webhook', 'tell it nowhere any more, and forget what waits')
    .option('--rotate-secret', 'make a new signing secret for the webhook; the one before signs too for 24 hours')
    .action(add);
  systems.command('remove').argument('<id>').description('demand nothing of it any more').action(remove);
  systems.command('list').option('--json', 'one a line').description('all systems, and how many withdrawals each is late with').action(list);
  systems.command('parked').argument('<system>').option('--json', 'one a line').description('events that its webhook did not take for three days, or said it parked').action(parked);
  systems.command('retry').argument('<system>').argument('[event...]').option('--all', 'all that are parked').description('try parked events again').action(retry);
  systemsReplayCommand(systems);
}
