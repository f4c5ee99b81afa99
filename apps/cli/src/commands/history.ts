import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { LedgerEvent } from '#contracts';
import { lookupKeysOf, normalise, IDENTIFIER_KINDS, type IdentifierKind } from '#vault';
import { lookUp, Reader, uuidv7 } from '#ledger';
import { CliError, connected, table, type Connection } from '../connect.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NO_KEY = '00000000-0000-0000-0000-000000000000';

async function personBehind({ pool, ledger, keyring }: Connection, who: string, kind: IdentifierKind): Promise<string> {
  if (UUID.test(who)) return who;
  const identifier = normalise(kind, who);
  if (!identifier) throw new CliError(`this is no ${kind}`);
  const { found } = await lookUp(new Reader(pool, ledger).identifiers, lookupKeysOf(keyring), identifier);
  if (!found) throw new CliError('nobody is known under this identifier');
  return found.person;
}

async function show(who: string, options: { kind: IdentifierKind; reason: string; json?: boolean }): Promise<void> {
  if (!IDENTIFIER_KINDS.includes(options.kind)) throw new CliError(`--kind is one of ${IDENTIFIER_KINDS.join(', ')}`);
  await connected(async (connection) => {
    const { pool, ledger } = connection;
    const person = await personBehind(connection, who, options.kind);
    const trace = 'INSERT INTO reads (ledger, id, read_at, reader, key, person, what, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)';
    await pool.query(trace, [ledger, uuidv7(), new Date(), `cli:${userInfo().username}`, NO_KEY, person, 'history', options.reason]);
    const { rows } = await pool.query<{ bytes: Buffer; hash: string }>(
      `SELECT bytes, encode(sha256('\\x00'::bytea || bytes), 'hex') AS hash FROM events WHERE ledger = $1 AND person = $2 ORDER BY seq`,
      [ledger, person],
    );
    if (rows.length === 0) throw new CliError(`the ledger holds no event of ${person}`);
    const events = rows.map((row) => ({ ...(JSON.parse(row.bytes.toString('utf8')) as LedgerEvent), hash: row.hash }));
    if (options.json) return events.forEach((event) => console.log(JSON.stringify(event)));
    const cells = events.map((event) => [
      String(event.seq),
      event.recordedAt.slice(0, 23).replace('T', ' '),
      event.purpose,
      event.type,
      event.after?.status ?? '',
      `${event.actor.kind}:${event.actor.id.slice(0, 20)}`,
      event.notice ? `${event.notice.id} ${event.notice.version} ${event.notice.locale}` : '',
      event.hash.slice(0, 12),
    ]);
    console.log(`Person ${person}, ${events.length} events (times in UTC)\n`);
    console.log(table([['seq', 'recorded', 'purpose', 'event', 'status', 'actor', 'notice', 'hash'], ...cells]));
  });
}

export function historyCommand(program: Command): void {
  program
    .command('history')
    .argument('<who>', 'a person id, or an identifier with --kind')
    .option('--kind <kind>', `what <who> is when it is no id: ${IDENTIFIER_KINDS.join(', ')}`, 'email')
    .requiredOption('--reason <text>', 'why it is read: stands in the trace of readings')
    .option('--json', 'one event a line, whole')
    .description('every event of one person, in order')
    .action(show);
}
