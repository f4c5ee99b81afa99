import { Option, type Command } from 'commander';
import { plain } from '#access';
import { microsOf } from '#ledger';
import { LEDGER_PERSON } from '#contracts';
import { IDENTIFIER_KINDS, type IdentifierKind } from '#vault';
import { connected, table, type Connection } from '../connect.js';
import { instant } from '../instant.js';
import { number } from '../number.js';
import { personBehind, withParts } from '../person.js';
import { reason } from '../reason.js';
import { NO_KEY, trace } from '../trace.js';

interface Options {
  person?: string;
  kind: IdentifierKind;
  since?: string;
  reason: string;
  json?: boolean;
}

interface Row {
  id: string;
  read_at: Date;
  reader: string;
  key: string;
  person: string;
  what: string;
  reason: string;
}

interface Wanted {
  people?: string[];
  since?: string;
  /** The trace of this very reading. */
  own: string;
}

const PAGE_ROWS = 500;
const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** An id is made a moment before or after the time beside it. */
const APART_MS = 60_000;
const page = (whom: string): string => `
SELECT id, read_at, reader, key, person, what, reason FROM reads
WHERE ledger = $1 AND id < $2 AND id >= $3 AND id <> $5 AND read_at >= $4${whom} ORDER BY id DESC LIMIT ${PAGE_ROWS}`;
const READINGS = page('');
export const READINGS_OF_PEOPLE = `
SELECT r.* FROM unnest($6::uuid[]) AS one(person) CROSS JOIN LATERAL (${page(' AND person = one.person')}) r ORDER BY id DESC LIMIT ${PAGE_ROWS}`;

/** Ids begin with the time of their making, so a time is a place among them. */
function floorOf(since: string): string {
  const hex = Math.max(0, Math.floor(microsOf(since) / 1_000) - APART_MS).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

async function* pages({ pool, ledger }: Connection, { people, since = '1970-01-01T00:00:00.000000Z', own }: Wanted): AsyncGenerator<Row[]> {
  for (let next: string | undefined = LAST; next !== undefined; ) {
    const { rows }: { rows: Row[] } = await pool.query<Row>(people ? READINGS_OF_PEOPLE : READINGS, [ledger, next, floorOf(since), since, own, ...(people ? [people] : [])]);
    yield rows;
    next = rows.length === PAGE_ROWS ? rows.at(-1)?.id : undefined;
  }
}

const lineOf = ({ read_at, reader, key, person, what, reason: why }: Row): string =>
  JSON.stringify({ readAt: read_at.toISOString(), reader, ...(key !== NO_KEY && { key }), ...(person !== LEDGER_PERSON && { person }), what, reason: why });

const HEAD = ['read', 'by', 'key', 'whom', 'what', 'why'];
const cellsOf = ({ read_at, reader, key, person, what, reason: why }: Row): string[] => [
  read_at.toISOString().slice(0, 19).replace('T', ' '),
  plain(reader),
  key === NO_KEY ? '-' : key.slice(0, 8),
  person === LEDGER_PERSON ? '-' : person,
  plain(what),
  plain(why),
];

async function show({ person: who, kind, since, reason: why, json }: Options): Promise<void> {
  await connected(async (connection) => {
    const people = who === undefined ? undefined : await withParts(connection, await personBehind(connection, who, kind));
    const own = await trace(connection, 'readings', why, people?.[0]);
    if (!json) console.log(`Readings${people ? ` of person ${people[0]}` : ''}${since ? ` since ${since}` : ''}, the newest first (times in UTC)\n`);
    let count = 0;
    for await (const rows of pages(connection, { people, since, own })) {
      const head = count === 0 ? [HEAD] : [];
      count += rows.length;
      if (json) rows.forEach((row) => console.log(lineOf(row)));
      else if (rows.length > 0) console.log(table([...head, ...rows.map(cellsOf)]));
    }
    console.error(number(count, 'reading', 'readings'));
  });
}

const HELP = `
Whoever reads a history, evidence, an address for a correction, a pack, or what held in the past leaves a trace: who (a system by its key,
an operator by his name in the operating system), whom, what and why. With --person: those of one person and of everybody who was merged
into him, an erased one by his id. Without: of everybody, and what was read in bulk (an export, a bundle of the log), which names nobody.
To read the traces leaves one too: it is the first in the list of the next time.

Examples:
  samtycke reads --person anna@example.se --reason "case 4711"
  samtycke reads --since 2026-10-01 --reason "yearly audit" --json > readings.ndjson`;

export function readsCommand(program: Command): void {
  program
    .command('reads')
    .option('--person <who>', 'of one person: his id, or an identifier with --kind')
    .addOption(new Option('--kind <kind>', 'what <who> is when it is no id').choices([...IDENTIFIER_KINDS]).default('email'))
    .option('--since <time>', 'only those at or after', instant)
    .requiredOption('--reason <text>', 'why they are read: stands in the trace of readings', reason)
    .option('--json', 'one reading a line')
    .description('who read what of whom, when and why')
    .addHelpText('after', HELP)
    .action(show);
}
