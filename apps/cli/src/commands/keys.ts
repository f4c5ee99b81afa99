import { InvalidArgumentError, type Command } from 'commander';
import { createKey, daysLeft, isScope, listKeys, revokeKey, SCOPES, UNASKED, type ListedKey, type Scope } from '#access';
import { connected, table } from '../connect.js';
import { demandApart, demandBeside } from '../apart.js';
import { CliError } from '../installation.js';
import { demandPurposes } from '../named.js';
import { number } from '../number.js';
import { reason } from '../reason.js';
import { rotateCommand } from './keys-rotate.js';

const ID = /^[a-z][a-z0-9-]{0,62}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const list = (text: string): string[] => text.split(',').map((part) => part.trim()).filter((part) => part !== '');

function scopes(text: string): Scope[] {
  const named = list(text);
  const wrong = named.filter((name) => !isScope(name));
  if (wrong.length > 0) throw new InvalidArgumentError(`there is no scope ${wrong.join(', ')}; there are: ${SCOPES.join(', ')}`);
  return named.filter(isScope);
}

function origins(text: string): string[] {
  return list(text).map((origin) => {
    if (origin.includes('*')) throw new InvalidArgumentError(`${origin} names no one origin: name each, such as https://www.example.se,https://shop.example.se`);
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) throw new InvalidArgumentError(`${origin} is no origin; write it like https://www.example.se`);
    return origin;
  });
}

function id(text: string): string {
  if (!ID.test(text)) throw new InvalidArgumentError('lower-case letters, digits and hyphens, starting with a letter');
  return text;
}

function days(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 3650) throw new InvalidArgumentError('a whole number of days, 1 to 3650');
  return value;
}

interface CreateOptions {
  owner: string;
  scopes?: Scope[];
  site?: boolean;
  origins?: string[];
  purposes?: string[];
  days: number;
  reason?: string;
}

async function create(options: CreateOptions): Promise<void> {
  const kind = options.site ? 'site' : 'server';
  demandApart({ '--site': options.site, '--scopes': options.scopes });
  demandBeside({ '--site': options.site }, { '--origins': options.origins, '--purposes': options.purposes });
  if (kind === 'server' && !options.scopes?.length) throw new CliError(`a server key needs --scopes: ${SCOPES.join(', ')}`);
  if (kind === 'site' && !(options.origins?.length && options.purposes?.length)) throw new CliError('a site key needs --origins and --purposes');
  const expiresAt = new Date(Date.now() + options.days * 24 * 60 * 60 * 1000);
  const made = await connected(async ({ pool, ledger }) => {
    await demandPurposes({ pool, ledger }, options.purposes);
    return createKey(pool, ledger, { ...options, kind, expiresAt });
  });
  console.error(`Key ${made.id} for ${options.owner}, until ${expiresAt.toISOString().slice(0, 10)}. It is shown this once:`);
  console.log(made.secret);
}

async function revoke(key: string): Promise<void> {
  if (!UUID.test(key)) throw new CliError('name the key by its id (`samtycke keys list`)');
  if (!(await connected(({ pool, ledger }) => revokeKey(pool, ledger, key)))) throw new CliError(`no living key has the id ${key}`);
  console.log(`Key ${key} is revoked; every instance refuses it within five seconds.`);
}

function stateOf({ revokedAt, expiresAt }: ListedKey): string {
  if (revokedAt) return 'revoked';
  const days = daysLeft({ expiresAt }, new Date());
  if (days === undefined) return 'alive';
  if (days < 1) return days < 0 ? 'ended' : 'ends today';
  return `ends in ${number(days, 'day', 'days')}`;
}

async function show(): Promise<void> {
  const keys = await connected(({ pool, ledger }) => listKeys(pool, ledger));
  const day = (date: Date | undefined): string => date?.toISOString().slice(0, 16).replace('T', ' ') ?? '-';
  const rows = keys.map((key) => [key.id, key.kind, key.owner, [...(key.kind === 'site' ? key.origins : key.scopes)].join(','), day(key.expiresAt), day(key.lastUsedAt), stateOf(key), [...key.purposes].join(',')]);
  console.log(table([['id', 'kind', 'owner', 'scopes or origins', 'expires', 'last use', 'state', 'purposes'], ...rows]));
}

export function keysCommand(program: Command): void {
  const keys = program.command('keys').description('keys of systems and sites; rotation of the ledger’s own');
  keys
    .command('create')
    .description('make a key; its secret is shown this once, on stdout')
    .requiredOption('--owner <id>', 'the system or site that gets it: the actor of what it does', id)
    .option('--scopes <list>', `what a system may do, comma separated: ${SCOPES.join(', ')} (no call asks for ${UNASKED.join(', ')} yet: a catalogue is loaded by \`samtycke catalogue load\`)`, scopes)
    .option('--site', 'a site key, for browsers: writes only, bound to origins and purposes')
    .option('--origins <list>', 'origins that a site key works from', origins)
    .option('--purposes <list>', 'purposes that a site key may change', (text) => list(text).map(id))
    .option('--days <number>', 'how long it lives', days, 365)
    .option('--reason <text>', 'why it reads histories, where a call gives no reason of its own', reason)
    .action(create);
  keys.command('revoke').argument('<id>').description('end a key at once').action(revoke);
  keys.command('list').description('all keys, with their last use; never their secrets').action(show);
  rotateCommand(keys);
}
