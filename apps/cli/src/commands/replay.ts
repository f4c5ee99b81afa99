import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { AUDIT_SETTINGS, outsideEntries, readWorld, replay, standingPlaces, swapIn, type Behind, type OutsideEntry, type Problem, type SecondPlace, type World } from '#audit';
import { LogFolder } from '#log-folder';
import { logSize } from '#outbox';
import { readKeyring, verifiersIn } from '#vault';
import { connected, type Connection } from '../connect.js';
import { doesNotHold } from '../exit-codes.js';
import { brokersHere, databaseUrl, keyringFile, logDir } from '../installation.js';
import { compareStateTopic } from '../database/read-state-topic.js';
import { Report } from '../database/report.js';
import { openSigned } from '../log/check-log.js';
import { progressLine } from '../progress.js';
import { threads, usualThreads } from '../threads.js';
import { demandPlace, writeWhole } from '../write-whole.js';

interface Options {
  swap?: boolean;
  keep?: boolean;
  log?: string;
  lost?: string;
  stateTopic: boolean;
  threads?: number;
}

const SHOWN = 20;
/** A ledger of this size is replayed before threads would have begun. */
const SMALL_EVENTS = 20_000;

/** Tells the first few of what was lost, counts all of it, and hands it on for a file. */
async function* told(entries: AsyncIterable<OutsideEntry>, tally: { count: number }): AsyncGenerator<string> {
  for await (const { index, event: { person, purpose, version, type, recordedAt } } of entries) {
    tally.count += 1;
    if (tally.count <= SHOWN) console.log(`LOST   person ${person}, purpose ${purpose}, version ${version}, index ${index} of the log: ${type}, recorded ${recordedAt}`);
    yield `${JSON.stringify({ index, person, purpose, version, type, recordedAt })}\n`;
  }
}

/** What the log outside has and the database has not. */
async function* lostEntries({ pool, ledger }: Connection, where: string): AsyncGenerator<OutsideEntry> {
  const folder = new LogFolder(where);
  const signed = await folder.checkpoint();
  if (signed === undefined) return console.log(`open   ${where} holds no checkpoint: whether events were lost was not looked at`);
  const { size } = openSigned(signed, verifiersIn(readKeyring(keyringFile()), 'log').join('\n'));
  yield* outsideEntries(folder.tile.bind(folder), await logSize(pool, ledger), size);
}

/** Tells what a day-old backup lost, and how much: the first few events, all of them to a file where one is named. */
async function tellLost(connection: Connection, where: string, out: string | undefined): Promise<number> {
  const tally = { count: 0 };
  const lines = told(lostEntries(connection, where), tally);
  if (out !== undefined) await writeWhole(() => Readable.from(lines), out);
  else for await (const _ of lines);
  const more = tally.count > SHOWN && !out ? ` (the first ${SHOWN} are told; --lost <file> writes them all)` : '';
  if (tally.count > 0) console.log(`LOST   ${tally.count.toLocaleString('en')} events that were signed are not in the database${more}: \`samtycke recover\` puts them back`);
  return tally.count;
}

/** Says of how many people a register was not compared, and why. */
function tellBehind(behind: Behind): void {
  const names = Object.entries(behind).map(([register, people]) => `${register} of ${people.toLocaleString('en')} people`);
  if (names.length > 0) console.log(`open   not compared, since the worker has not come to their last event: ${names.join(', ')}`);
}

/** Rebuilds and compares, telling how far it is; the number of differences stands in the report. `damaged`: how many of them no repair puts right, since they are of the events. */
async function rebuild({ pool, ledger }: Connection, world: World, report: Report, wanted?: number): Promise<{ place: SecondPlace; damaged: number }> {
  const total = await logSize(pool, ledger);
  const line = progressLine(total);
  const began = performance.now();
  const behind: Behind = {};
  let done = 0;
  let damaged = 0;
  const problem = (one: Problem): void => {
    if (one.projection === undefined) damaged += 1;
    report.add(one);
  };
  const page = async (events: number, more: Behind): Promise<void> => {
    done += events;
    for (const [register, people] of Object.entries(more) as [keyof Behind, number][]) behind[register] = (behind[register] ?? 0) + people;
    await report.flush();
    const left = ((performance.now() - began) / 1_000 / Math.max(1, done)) * Math.max(0, total - done);
    line.show(done, done, `about ${Math.ceil(left)} s left`);
  };
  const count = wanted ?? (total < SMALL_EVENTS ? 1 : usualThreads());
  const place = await replay({ pool, ledger, world, problem, page, ...(count > 1 && { threads: { url: databaseUrl(), count } }) });
  line.end();
  const compared = Object.keys(behind).length === 0 ? 'every state, person and register is what they say' : 'every state and person is what they say, and every register that was compared';
  report.close(0, `${done.toLocaleString('en')} events, replayed: ${compared}`);
  tellBehind(behind);
  return { place, damaged };
}

/** Compares what systems read of it, too; whether there is no difference. */
async function compareTopic(connection: Connection, place: SecondPlace, wanted: boolean): Promise<boolean> {
  const brokers = wanted ? brokersHere() : undefined;
  if (brokers === undefined) {
    console.error('open   the state topic was not read: set KAFKA_BROKERS, and leave out --no-state-topic');
    return true;
  }
  const report = new Report((problem: Problem) => Promise.resolve(problem));
  const open = await compareStateTopic(connection, place, brokers, (problem) => report.add(problem));
  await report.flush();
  report.close(0, 'the state topic has of every stream what its last event says');
  if (open > 0) console.log(`open   ${open.toLocaleString('en')} records of people who changed meanwhile, or whose last event is on its way`);
  return report.count === 0;
}

/** Puts right what differs; whether nothing is left to do. */
async function repair({ pool, ledger }: Connection, world: World, place: SecondPlace): Promise<boolean> {
  const { repaired, left } = await swapIn({ pool, ledger, world }, place);
  console.log(`${repaired.toLocaleString('en')} people’s projections were put right`);
  for (const { person, why } of left) console.log(`left   person ${person}: ${why === 'damaged' ? 'his events are damaged, so nothing can be folded from them' : `${why.join(', ')}: the worker has not come to an event that he got meanwhile; run it once more`}`);
  return left.length === 0;
}

async function run(connection: Connection, { swap, keep, lost: out, log, stateTopic, threads: wanted }: Options): Promise<void> {
  if (out !== undefined) await demandPlace(out);
  const { pool, ledger, keyring } = connection;
  const report = new Report((problem: Problem) => Promise.resolve(problem));
  const world = await readWorld(pool, ledger, keyring.origin);
  for (const schema of await standingPlaces(pool, ledger)) console.error(`left   the schema ${schema} of another replay: \`DROP SCHEMA ${schema} CASCADE\` removes it, unless that one still runs`);
  const { place, damaged } = await rebuild(connection, world, report, wanted);
  try {
    const same = await compareTopic(connection, place, stateTopic);
    const lost = await tellLost(connection, logDir(log), out);
    const right = report.count === 0 || (swap === true && (await repair(connection, world, place)) && damaged === 0);
    if (!right || !same || lost > 0) doesNotHold();
  } finally {
    if (keep) console.log(`kept   the rebuilt tables are in the schema ${place.schema}`);
    else await place.drop();
  }
}

const HELP = `
Runs while the service does: each person is read at one moment. States (heads), people (persons) and the worker's registers (rights,
merges, timers, links, grants) are folded from the events; what the worker has not come to yet is not compared, and counted. The states of everybody are
written to a schema of this replay's own (replay_…), which goes at the end unless --keep. --swap puts right what differs, person by person, under the
lock that every change takes. Exit code: 0 all the same (or put right), 1 something differs or was lost, 2 it was not compared to the end.
The state topic is read to its end and compared with the same fold, wherever Kafka is known: KAFKA_BROKERS, or the installation here. --swap
leaves it alone: its records come from the relay.`;

export function replayCommand(program: Command): void {
  program
    .command('replay')
    .option('--swap', 'put right what differs')
    .option('--keep', 'leave the rebuilt tables, and say in which schema')
    .option('--log <folder>', 'the log’s folder, to tell what a backup lost; without it LOG_DIR, or that of the installation here')
    .option('--lost <file>', 'write every lost event there (NDJSON; mode 0600, whole or not there)')
    .option('--threads <number>', 'threads that fold a large ledger; without it up to 4, as there are cores', threads)
    .option('--no-state-topic', 'leave the state topic on Kafka out')
    .description('rebuild every projection from the events, compare, and repair')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      await connected((connection) => run(connection, options), { max: 4, settings: AUDIT_SETTINGS });
    });
}
