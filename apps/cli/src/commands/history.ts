import { Option, type Command } from 'commander';
import { noticeHash, type NoticeDocument } from '#catalogue';
import type { LedgerEvent, ShownNotice } from '#contracts';
import { readCatalogue } from '#ledger';
import { PersonTables, readStates, type AsOf, type PersonAnswer } from '#people';
import { IDENTIFIER_KINDS, type IdentifierKind } from '#vault';
import { connected, table, type Connection } from '../connect.js';
import { demandApart, givenOf } from '../apart.js';
import { doesNotHold } from '../exit-codes.js';
import { readHistories, type HashedEvent, type History } from '../history/read-histories.js';
import { CliError } from '../installation.js';
import { instant } from '../instant.js';
import { number } from '../number.js';
import { personBehind } from '../person.js';
import { reason } from '../reason.js';
import { trace } from '../trace.js';

interface HistoryOptions extends AsOf {
  kind: IdentifierKind;
  reason: string;
  json?: boolean;
  texts?: boolean;
}

const shown = (time: string | undefined): string => time?.slice(0, 19).replace('T', ' ') ?? '';
const noticeOf = (notice: { id: string; version: string; locale: string } | undefined): string => (notice ? `${notice.id} ${notice.version} ${notice.locale}` : '');

/** Says on stderr which of the events that were shown are not to be believed. */
function tellDamaged(person: string, events: HashedEvent[]): void {
  for (const { purpose, version, seq, damaged } of events) if (damaged) console.error(`FAILS  person ${person}, purpose ${purpose}, version ${version}, event ${seq} of the person: ${damaged}`);
  if (events.some(({ damaged }) => damaged)) doesNotHold();
}

/** By which way and at which collection point. */
const howOf = ({ capture }: LedgerEvent): string => [capture?.method, capture?.context, capture?.point].filter((one) => one !== undefined).join(' ');

const TEXT = 'SELECT document FROM notices WHERE ledger = $1 AND id = $2 AND version = $3 AND locale = $4';

/** A text as it was shown, with whether it still has the hash that stands in the event. */
async function shownText({ pool, ledger }: Connection, { id, version, locale, sha256 }: ShownNotice): Promise<string> {
  const { rows } = await pool.query<{ document: string }>(TEXT, [ledger, id, version, locale]);
  const document = rows[0] && (JSON.parse(rows[0].document) as NoticeDocument);
  const holds = document !== undefined && noticeHash(document) === sha256;
  if (!holds) doesNotHold();
  if (!document) return `${id} ${version} ${locale}: the ledger does not hold this text`;
  return `${document.title} (${id} ${version} ${locale})\n${holds ? 'has' : 'DOES NOT have'} the hash that the events name, ${sha256}\n\n${document.body}`;
}

async function shownTexts(connection: Connection, events: HashedEvent[]): Promise<string[]> {
  const notices = new Map(events.flatMap(({ notice }) => (notice ? [[`${noticeOf(notice)} ${notice.sha256}`, notice] as const] : [])));
  const texts: string[] = [];
  for (const notice of notices.values()) texts.push(await shownText(connection, notice));
  return texts;
}

function eventTable({ person, into, events }: History): string {
  const cells = events.map((event) => [
    String(event.seq),
    event.recordedAt.slice(0, 23).replace('T', ' '),
    shown(event.occurredAt),
    event.purpose,
    event.type,
    event.after?.status ?? '',
    `${event.actor.kind}:${event.actor.id.slice(0, 20)}`,
    howOf(event),
    noticeOf(event.notice),
    event.damaged ? 'DAMAGED' : event.hash.slice(0, 12),
  ]);
  return `Person ${person}, ${into === undefined ? '' : `merged into ${into}, `}${number(events.length, 'event', 'events')} (times in UTC)\n\n${table([['seq', 'recorded', 'decided', 'purpose', 'event', 'status', 'actor', 'how', 'notice', 'hash'], ...cells])}`;
}

function stateTable({ person, kind, consents }: PersonAnswer, { asOf, knownAt }: AsOf): string {
  const lists = (one: PersonAnswer['consents'][number]): string => [...(one.channels ?? []), ...(one.partners ?? [])].join(' ');
  const cells = consents.map((one) => [one.purpose, one.status, one.allowed ? 'yes' : 'no', one.basis, lists(one), shown(one.since), shown(one.validUntil), String(one.version), noticeOf(one.notice)]);
  const when = `${asOf ? `as of ${asOf}` : 'now'}${knownAt ? `, as known at ${knownAt}` : ''}`;
  return `${kind === 'device' ? 'Device' : 'Person'} ${person}, ${when} (times in UTC)\n\n${table([['purpose', 'status', 'allowed', 'basis', 'channels', 'since', 'valid until', 'version', 'notice'], ...cells])}`;
}

async function states({ pool, ledger }: Connection, person: string, at: AsOf): Promise<PersonAnswer> {
  const catalogue = await readCatalogue(pool, ledger);
  if (!catalogue) throw new CliError('no catalogue is loaded: run `samtycke catalogue load` first');
  return readStates(new PersonTables(pool, ledger), catalogue, person, at);
}

async function show(who: string, { kind, reason: why, json, texts, asOf, knownAt }: HistoryOptions): Promise<void> {
  const past = givenOf({ '--as-of': asOf, '--known-at': knownAt }).join(', ');
  demandApart({ '--texts': texts, [json ? '--json' : past]: json ?? past !== '' });
  await connected(async (connection) => {
    const person = await personBehind(connection, who, kind);
    if (asOf === undefined && knownAt === undefined) {
      const histories = await readHistories(connection, person);
      for (const one of histories) await trace(connection, 'history', why, one.person);
      for (const one of histories) tellDamaged(one.person, one.events);
      const events = histories.flatMap((one) => one.events);
      if (json) return events.forEach((event) => console.log(JSON.stringify(event)));
      console.log(histories.map(eventTable).join('\n\n'));
      for (const text of texts ? await shownTexts(connection, events) : []) console.log(`\n${'-'.repeat(72)}\n${text}`);
      return;
    }
    await trace(connection, 'states', why, person);
    const answer = await states(connection, person, { asOf, knownAt });
    console.log(json ? JSON.stringify(answer) : stateTable(answer, { asOf, knownAt }));
  });
}

const HELP = `
Without a time: every event, in order; those of whoever was merged into him stand below, each by himself. With --as-of or --known-at: every purpose with its state at that time, as
GET /v1/people/{person}/consents?asOf=&knownAt= answers it.
  --as-of alone      what held then, by all that is known today (decisions that came in late are counted in)
  with --known-at    what the ledger would have answered then. The same pair of times always gets the same answer:
                     asking closes the past up to --known-at for this person.

Examples:
  samtycke history anna@example.se --reason "case 4711" --texts
  samtycke history anna@example.se --reason "case 4711" --as-of 2026-03-01 --known-at 2026-03-02T08:00:00Z`;

export function historyCommand(program: Command): void {
  program
    .command('history')
    .argument('<who>', 'a person id, or an identifier with --kind')
    .addOption(new Option('--kind <kind>', 'what <who> is when it is no id').choices([...IDENTIFIER_KINDS]).default('email'))
    .requiredOption('--reason <text>', 'why it is read: stands in the trace of readings', reason)
    .option('--as-of <time>', 'what held then, instead of the events', instant)
    .option('--known-at <time>', 'as the ledger knew it then', instant)
    .option('--texts', 'with the events: each text that was shown, as it was shown')
    .option('--json', 'events: one a line, whole; states: as the API answers')
    .description('every event of one person, or what held at a past time')
    .addHelpText('after', HELP)
    .action(show);
}
