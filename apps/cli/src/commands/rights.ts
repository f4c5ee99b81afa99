import { InvalidArgumentError, Option, type Command } from 'commander';
import { IDENTIFIER_KINDS, personKeysOf, type IdentifierKind } from '#vault';
import { connected, demandFresh, table, type Connection } from '../connect.js';
import { CliError } from '../installation.js';
import { lastInstant } from '../instant.js';
import { number } from '../number.js';
import { personBehind, withParts } from '../person.js';
import { reason } from '../reason.js';
import { closeRight } from '../rights/close.js';
import { filterText, OPEN_RIGHTS, readAsked, readOpen, readWords, type Asked, type OpenFilter } from '../rights/read.js';
import { trace } from '../trace.js';

interface ListOptions extends Omit<OpenFilter, 'people'> {
  person?: string;
  kind: IdentifierKind;
  reason: string;
  json?: boolean;
}

const DAY_MS = 86_400_000;
const day = (time: Date): string => time.toISOString().slice(0, 10);
const minute = (time: Date): string => time.toISOString().slice(0, 16).replace('T', ' ');
const isLate = ({ due }: Asked, now: number): boolean => due.getTime() < now;

/** How long there is yet to answer, in whole days; a day that has begun is not counted. */
function leftOf(asked: Asked, now: number): string {
  const days = Math.floor(Math.abs(asked.due.getTime() - now) / DAY_MS);
  return `${number(days, 'day', 'days')}${isLate(asked, now) ? ' late' : ''}`;
}

const lineOf = ({ due, right, person, askedAt, request }: Asked): string => JSON.stringify({ due, right, person, askedAt, request });

function told(rows: Asked[], now: number): string {
  const late = rows.filter((row) => isLate(row, now)).length;
  const requests = number(rows.length, 'request', 'requests');
  return late === 0 ? requests : `${requests}, ${late} of which ${late === 1 ? 'is' : 'are'} late`;
}

/** That none is open: of what was asked for, which says nothing of the rest. */
function noneWords(who: string | undefined, filter: OpenFilter): string {
  const sought = [...(who === undefined ? [] : [`person=${who}`]), filterText(filter)].filter(Boolean).join(' ');
  return `No request is open${sought && ` (of ${sought}; others were not looked at)`}, as far as the worker has come.`;
}

async function list({ person: who, kind, reason: why, json, ...filter }: ListOptions): Promise<void> {
  const rows = await connected(async (connection) => {
    const people = who === undefined ? undefined : await withParts(connection, await personBehind(connection, who, kind));
    await trace(connection, `open rights ${filterText(filter)}`.trimEnd(), why, people?.[0]);
    return readOpen(connection, { ...filter, people });
  });
  if (json) return rows.forEach((row) => console.log(lineOf(row)));
  if (rows.length === 0) return console.log(noneWords(who, filter));
  const now = Date.now();
  const cells = rows.map((row) => [day(row.due), leftOf(row, now), row.right, row.person, minute(row.askedAt), row.request]);
  console.log(table([['due', 'left', 'right', 'whose', 'asked (UTC)', 'request'], ...cells]));
  console.error(told(rows, now));
}

const stateOf = ({ closedAt, outcome, due }: Asked): string => (closedAt ? `closed ${minute(closedAt)} UTC: ${outcome ?? ''}` : `open, to be answered by ${day(due)}`);

async function demandAsked(connection: Connection, request: string): Promise<Asked> {
  const asked = await readAsked(connection, request.toLowerCase());
  if (!asked) throw new CliError(`nobody has asked for a right under the id ${request}`);
  return asked;
}

async function show(request: string, { reason: why }: { reason: string }): Promise<void> {
  await connected(async (connection) => {
    const { keyring } = connection;
    await demandFresh(connection);
    const asked = await demandAsked(connection, request);
    await trace(connection, `evidence ${asked.request} reason-text`, why, asked.person);
    const words = await readWords({ ...connection, origin: keyring.origin, keys: personKeysOf(keyring) }, asked);
    console.log(table([['right', asked.right], ['whose', asked.person], ['asked', `${minute(asked.askedAt)} UTC`], ['state', stateOf(asked)]]));
    console.log(`\n${words ?? 'No words are held with it.'}`);
    if (!asked.closedAt) console.log(`\nOnce it is answered: samtycke rights close ${asked.request} --outcome done, or POST /v1/people/${asked.person}/rights/${asked.request}/close {"outcome": "done"}`);
  });
}

const OUTCOME = /^[a-z][a-z0-9-]{0,62}$/;

function outcome(text: string): string {
  if (!OUTCOME.test(text)) throw new InvalidArgumentError('a code of yours, such as done, refused or withdrawn: small letters, digits and -, and nothing that names the person');
  return text;
}

async function close(request: string, { outcome: what, reason: why }: { outcome: string; reason: string }): Promise<void> {
  await connected(async (connection) => {
    await demandFresh(connection);
    const asked = await demandAsked(connection, request);
    await closeRight(connection, asked, what, why);
    console.log(`Closed: ${asked.right} of ${asked.person}, ${what}. It is in the ledger; lists show it once the worker has come to it.`);
  });
}

const HELP = `
Complaints, and corrections that somebody must look at, are open until they are answered: within a month of the request (GDPR 12(3)).
The nearest due date comes first. The list names ids only; \`rights show\` opens what the person wrote, and both leave a trace. What the
worker has not come to yet is not in it: a second, normally. \`samtycke history <id>\` tells what else has happened to the person.

Examples:
  samtycke rights list --reason "weekly review"
  samtycke rights list --right complaint --due 2026-12-31 --reason "weekly review" --json
  samtycke rights list --person anna@example.se --reason "case 4711"
  samtycke rights show 0199a2f0-6c1e-7a53-8d4e-2f60a8b1c9d7 --reason "case 4711"
  samtycke rights close 0199a2f0-6c1e-7a53-8d4e-2f60a8b1c9d7 --outcome done --reason "case 4711"`;

export function rightsCommand(program: Command): void {
  const rights = program.command('rights').description('what people have asked for and nobody has answered: complaints, corrections').addHelpText('after', HELP);
  rights
    .command('list')
    .option('--person <who>', 'of one person: his id, or an identifier with --kind')
    .addOption(new Option('--kind <kind>', 'what <who> is when it is no id').choices([...IDENTIFIER_KINDS]).default('email'))
    .addOption(new Option('--right <right>', 'only these').choices(OPEN_RIGHTS))
    .option('--due <time>', 'only what is due by then', lastInstant)
    .requiredOption('--reason <text>', 'why they are read: stands in the trace of readings', reason)
    .option('--json', 'one request a line')
    .description('those that are open, the nearest due date first')
    .action(list);
  rights
    .command('show')
    .argument('<request>', 'the id in the list')
    .requiredOption('--reason <text>', 'why it is read: stands in the trace of readings', reason)
    .description('one request, with what the person wrote')
    .action(show);
  rights
    .command('close')
    .argument('<request>', 'the id in the list')
    .requiredOption('--outcome <code>', 'what came of it, a code of yours: done, refused, withdrawn …', outcome)
    .requiredOption('--reason <text>', 'why it is closed: stands in the trace, with who you are', reason)
    .description('say that a request was answered')
    .action(close);
}
