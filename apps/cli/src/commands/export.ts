import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { LEDGER_PURPOSE, STATUSES, WHOLE_PERSON } from '#contracts';
import { KEYED_LOOKUPS } from '#database';
import { CONSENT_COLUMNS, CONTACT_COLUMNS, EVENT_COLUMNS, exportConsents, exportEvents, newestIndex, writeRows, type DamagedContact, type EventRange, type Format } from '#transfer';
import { demandBeside } from '../apart.js';
import { connected, demandFresh, type Connection } from '../connect.js';
import { doesNotHold } from '../exit-codes.js';
import { CliError } from '../installation.js';
import { instant, lastInstant } from '../instant.js';
import { demandPurposes } from '../named.js';
import { number } from '../number.js';
import { reason } from '../reason.js';
import { trace } from '../trace.js';
import { demandPlace, writeWhole } from '../write-whole.js';

interface Shared {
  format: Format;
  delimiter?: string;
  out?: string;
  purpose?: string[];
}

interface ConsentOptions extends Shared {
  status?: string[];
  identifiers?: boolean;
  reason?: string;
}

interface EventOptions extends Shared {
  from?: number | string;
  to?: number | string;
  reason: string;
}

/** Pages are found by key, whatever the statistics of the tables say. */
export const BY_KEY = { max: 4, settings: KEYED_LOOKUPS };

const words = (text: string): string[] => text.split(',').map((one) => one.trim()).filter((one) => one !== '');

function statuses(text: string): string[] {
  const wrong = words(text).find((one) => !(STATUSES as readonly string[]).includes(one));
  if (wrong !== undefined) throw new InvalidArgumentError(`there is no status ${wrong}; there are ${STATUSES.join(', ')}`);
  return words(text);
}

export function delimiter(text: string): string {
  const character = text === '\\t' ? '\t' : text;
  if (character.length !== 1) throw new InvalidArgumentError('one character, or \\t');
  return character;
}

const INDEX = /^\d{1,15}$/;
const place = (text: string): number | string => (INDEX.test(text) ? Number(text) : instant(text));
const lastPlace = (text: string): number | string => (INDEX.test(text) ? Number(text) : lastInstant(text));

/** A table alone has columns to keep apart. */
export function demandTable(format: Format, between: string | undefined): void {
  demandBeside({ '--format csv': format === 'csv' }, { '--delimiter': between });
}

export async function* counted<T>(pages: AsyncIterable<T[]>, tally: { rows: number }): AsyncGenerator<T[]> {
  for await (const page of pages) {
    tally.rows += page.length;
    yield page;
  }
}

/** A file is whole or not there; on stdout, whoever stops reading ends the export. */
export async function write(text: AsyncIterable<string>, out: string | undefined): Promise<void> {
  if (out === undefined) {
    await pipeline(Readable.from(text), process.stdout, { end: false }).catch((error: { code?: string }) => {
      if (error.code !== 'EPIPE') throw error;
    });
    return;
  }
  await writeWhole(() => Readable.from(text), out);
}

/** Says of each identifier once that it cannot be opened; one stands in the rows of several purposes, and on several pages. */
function tellDamaged(): (one: DamagedContact) => void {
  const told = new Set<string>();
  return ({ person, kind }) => {
    doesNotHold();
    const line = `FAILS  person ${person}: its ${kind} cannot be opened, it was changed: left out`;
    if (!told.has(line)) console.error(line);
    told.add(line);
  };
}

async function consents({ format, delimiter, out, purpose: purposes, status, identifiers, reason: why }: ConsentOptions): Promise<void> {
  demandTable(format, delimiter);
  demandBeside({ '--identifiers': identifiers }, { '--reason': why });
  if (identifiers && why === undefined) throw new CliError('--identifiers needs --reason: it stands in the trace of readings');
  if (out !== undefined) await demandPlace(out);
  const tally = { rows: 0 };
  await connected(async (connection) => {
    await demandPurposes(connection, purposes);
    const filter = `${purposes ? ` purpose=${purposes.join(',')}` : ''}${status ? ` status=${status.join(',')}` : ''}`;
    if (identifiers) await demandFresh(connection);
    if (identifiers) await trace(connection, `export of identifiers${filter}`, why ?? '');
    const pages = counted(exportConsents(connection, { purposes, statuses: status, identifiers, damaged: tellDamaged() }), tally);
    await write(writeRows(pages, format, identifiers ? CONTACT_COLUMNS : CONSENT_COLUMNS, delimiter), out);
  }, BY_KEY);
  console.error(`${number(tally.rows, 'state', 'states')}${out ? ` in ${out}` : ''}`);
}

/** What the trace says was read. */
async function rangeOf(connection: Connection, { from, to }: EventRange): Promise<string> {
  const newest = await newestIndex(connection);
  return `${from ?? 0} to ${typeof to === 'number' ? Math.min(to, newest) : (to ?? newest)}`;
}

async function events({ format, delimiter, out, purpose: purposes, from, to, reason: why }: EventOptions): Promise<void> {
  demandTable(format, delimiter);
  if (out !== undefined) await demandPlace(out);
  const tally = { rows: 0 };
  const waiting = await connected(async (connection) => {
    await demandPurposes(connection, purposes?.filter((purpose) => purpose !== WHOLE_PERSON && purpose !== LEDGER_PURPOSE));
    await trace(connection, `export of events ${await rangeOf(connection, { from, to })}`, why);
    const pages = counted(exportEvents(connection, { from, to, purposes }), tally);
    await write(writeRows(pages, format, EVENT_COLUMNS, delimiter), out);
    const { rows } = await connection.pool.query<{ n: string }>('SELECT count(*) AS n FROM outbox WHERE ledger = $1', [connection.ledger]);
    return Number(rows[0]?.n ?? 0);
  }, BY_KEY);
  console.error(`${number(tally.rows, 'event', 'events')}${out ? ` in ${out}` : ''}${waiting > 0 ? `; ${number(waiting, 'newer one has', 'newer ones have')} no index yet (the relay gives it): not among them` : ''}`);
}

const withShared = (command: Command): Command =>
  command
    .addOption(new Option('--format <format>', 'one JSON object a line, or a table').choices(['ndjson', 'csv']).default('ndjson'))
    .option('--delimiter <character>', 'of the table: one character, or \\t; a comma where it is not given', delimiter)
    .option('--purpose <list>', 'only these purposes, comma separated', words)
    .option('--out <file>', 'a file (mode 0600, whole or not there) instead of stdout');

const CSV_HELP = `
A cell of a CSV file that a spreadsheet would take for a formula (= + - @, tab or return first) gets a ' before it;
\`samtycke import\` takes it off. Use NDJSON where every byte counts.`;

const CONSENTS_HELP = `${CSV_HELP}
One row for each person or device and purpose on which something was said; where there is none, the catalogue's default
holds. Memory does not grow with the ledger. Each page is read at its own moment: no row comes twice. Identifiers are those
of the person and of everybody who was merged into him; the first of a row is the one that the consent was given by. In a table
several of a kind stand in one cell, each on a line of its own, as \`samtycke import\` reads them. One that was
changed where it lies, so that nobody can open it, is left out and told with its person; the exit code is 1 then.

Examples:
  samtycke export consents --purpose newsletter --status given,renewed --format csv --out newsletter.csv
  samtycke export consents --purpose newsletter --status given --identifiers --reason "moving to a new mail system"`;

const EVENTS_HELP = `${CSV_HELP}
Events in the order of the log, with index and leaf hash; NDJSON lines are {index, hash, event}, and JSON of event is its
canonical bytes. --from and --to take log indices or times of recording, both ends included
(of --to the whole day, minute or second that was written); by time the whole log is read. The export ends with exit code 1
before an event that is not what was hashed, or not there.

Examples:
  samtycke export events --reason "yearly audit" --out events.ndjson
  samtycke export events --from 2026-10-01 --to 2026-10-31 --purpose newsletter --format csv --reason "case 4711"`;

export function exportCommand(program: Command): void {
  const command = program.command('export').description('current states, or events of the log, as NDJSON or CSV');
  withShared(command.command('consents').description('what holds now, for everybody who has said something'))
    .option('--status <list>', `only these states, comma separated: ${STATUSES.join(', ')}`, statuses)
    .option('--identifiers', 'with addresses and numbers in clear; needs --reason')
    .option('--reason <text>', 'why identifiers are read: stands in the trace of readings', reason)
    .addHelpText('after', CONSENTS_HELP)
    .action(consents);
  withShared(command.command('events').description('events of the log'))
    .option('--from <place>', 'first log index, or time of recording', place)
    .option('--to <place>', 'last log index, or time of recording', lastPlace)
    .requiredOption('--reason <text>', 'why they are read: stands in the trace of readings, with the range', reason)
    .addHelpText('after', EVENTS_HELP)
    .action(events);
}
