import { readFileSync } from 'node:fs';
import { AUDIT_SETTINGS, checkEvents, checkEvidence, checkKeyChanges, checkKeysAndOutbox, checkLeaves, checkTexts, NamedTexts, outsideEntries, readWitnesses, readWorld, type CheckedChanges, type OutsideEntry, type OutsideLog, type Problem, type Witness } from '#audit';
import { logSize } from '#outbox';
import { personKeysOf } from '#vault';
import { connected, type Connection } from '../connect.js';
import { openSigned } from '../log/check-log.js';
import { checkInUse, type GivenKeys } from '../log/check-signatures.js';
import { openLog, type LogSource } from '../log/log-source.js';
import { showFindings } from '../log/verify-log.js';
import { progressLine } from '../progress.js';
import { KeptPlace, STAGES, type Place, type Stage } from './kept-place.js';
import { doesNotHold } from '../exit-codes.js';
import { Report } from './report.js';

export interface DatabaseOptions extends GivenKeys {
  /** Where the log lies outside the database. */
  log: string;
  /** Files with checkpoints that were kept. */
  checkpoint?: string[];
  evidence?: boolean;
  /** Where the place is kept. */
  resume?: string;
}

interface Outside extends OutsideLog {
  checkpoint: Witness;
  signed: string;
}

async function outsideOf(source: LogSource, key: string): Promise<Outside | undefined> {
  const signed = await source.checkpoint();
  if (signed === undefined) return undefined;
  const { size, root } = openSigned(signed, key);
  return { signed, checkpoint: { size, root, where: 'the newest checkpoint in the log’s folder' }, tile: (tile) => source.tile(tile) };
}

/** The entry of the log outside at an index, where there is one. */
async function outsideAt(outside: Outside | undefined, index: number | undefined): Promise<Partial<Problem>> {
  if (!outside || index === undefined || index >= outside.checkpoint.size) return {};
  const { value } = await outsideEntries(outside.tile, index, outside.checkpoint.size).next().catch(() => ({ value: undefined }));
  const event = (value as OutsideEntry | undefined)?.event;
  return event ? { person: event.person, seq: event.seq, purpose: event.purpose, version: event.version } : {};
}

/** Adds purpose and version to what is known by index or number only: from the events, else from the log outside. */
function locator({ pool, ledger }: Connection, outside: Outside | undefined): (problem: Problem) => Promise<Problem> {
  return async (problem) => {
    const { person, seq, index, purpose } = problem;
    if (purpose !== undefined || (seq === undefined && index === undefined)) return problem;
    const text = 'SELECT purpose, version FROM events WHERE ledger = $1 AND person = $2 AND seq = $3 LIMIT 1';
    const { rows } = await pool.query<{ purpose: string; version: number }>(text, [ledger, person, seq]);
    return { ...problem, ...(rows[0] ?? (await outsideAt(outside, index))) };
  };
}

/** After each page: how much was looked at, and from where a later run may go on; nowhere behind the last, whose stage is not at its end yet. */
type OnPage = (count: number, where: (() => Pick<Place, 'person' | 'leaves'>) | undefined) => Promise<void>;

const atPerson = (next: string | undefined): Parameters<OnPage>[1] => (next === undefined ? undefined : () => ({ person: next }));

/** The three passes over the database, each of which can go on where an earlier run stopped. */
class DatabaseCheck {
  private readonly report: Report;
  private readonly keeping: KeptPlace;
  private readonly begin: Place;
  private readonly stages: readonly Stage[];

  constructor(
    private readonly connection: Connection,
    private readonly options: DatabaseOptions,
    private readonly outside: Outside | undefined,
    private readonly kept: readonly Witness[],
    private readonly changes: CheckedChanges,
  ) {
    this.keeping = new KeptPlace(options.resume);
    const { origin } = connection.keyring;
    this.stages = STAGES.filter((stage) => stage !== 'evidence' || options.evidence);
    const earlier = this.keeping.read(origin, this.stages);
    if (earlier) this.tellEarlier(earlier);
    this.begin = earlier ?? { origin, stage: 'events', done: 0, problems: 0, told: [] };
    this.report = new Report(locator(connection, outside), this.begin.problems, this.begin.told);
  }

  /** How many problems there are. */
  async run(): Promise<number> {
    const { begin, report } = this;
    for (const stage of this.stages.slice(this.stages.indexOf(begin.stage))) await this.stage(stage, stage === begin.stage ? begin : { ...begin, person: undefined, leaves: undefined, done: 0, before: report.count });
    this.keeping.remove();
    return report.count;
  }

  /** What this run leaves to the word of an earlier one. */
  private tellEarlier({ stage, done }: Place): void {
    const before = this.stages.slice(0, this.stages.indexOf(stage));
    const parts = [...before, ...(done > 0 ? [`${done.toLocaleString('en')} events in the check of ${stage}`] : [])];
    if (parts.length > 0) console.log(`open   left to an earlier run, whose word ${this.options.resume} is: ${parts.join(', ')}`);
  }

  private async stage(stage: Stage, from: Place): Promise<void> {
    const { pool, ledger } = this.connection;
    const { before = 0 } = from;
    const total = await logSize(pool, ledger);
    const line = progressLine(total);
    const began = performance.now();
    let done = from.done;
    const kept = (where: Partial<Place>): Place => ({ ...this.begin, person: undefined, leaves: undefined, stage, before, done, ...where, problems: this.report.count, told: this.report.told });
    const page: OnPage = async (count, where) => {
      done += count;
      await this.report.flush();
      const left = ((performance.now() - began) / 1_000 / Math.max(1, done - from.done)) * Math.max(0, total - done);
      line.show(done, done, `${stage}, about ${Math.ceil(left)} s left`);
      if (where) this.keeping.write(() => kept(where()));
    };
    const text = await this.passes[stage](from, page);
    await this.report.flush();
    line.end();
    this.report.close(before, text(done));
    const next = this.stages[this.stages.indexOf(stage) + 1];
    if (next) this.keeping.write(() => kept({ stage: next, done: 0, before: this.report.count }), true);
  }

  private readonly problem = (problem: Problem): void => this.report.add(problem);

  private readonly passes: Record<Stage, (from: Place, page: OnPage) => Promise<(done: number) => string>> = {
    events: async (from, page) => {
      const { pool, ledger, keyring } = this.connection;
      const world = await readWorld(pool, ledger, keyring.origin);
      await checkEvents({ pool, ledger, world, texts: new NamedTexts(pool, ledger), from: from.person }, { problem: this.problem, page: (count, next) => page(count, atPerson(next)) });
      for (const problem of [...this.changes.problems, ...(await checkKeysAndOutbox(pool, ledger)), ...(await checkTexts(pool, ledger))]) this.problem(problem);
      return (done) => `${done.toLocaleString('en')} events are what was hashed, chained and numbered without a gap; columns and states say what they say, and the texts that they name are what was hashed`;
    },
    leaves: async (from, page) => {
      const { pool, ledger } = this.connection;
      const { outside, kept } = this;
      const others = [...(outside ? [outside.checkpoint] : []), ...kept];
      for (const { size, where } of kept) if (size < (from.leaves?.size ?? 0)) console.log(`open   ${where} commits to ${size.toLocaleString('en')} events, which the earlier run had passed: give it without --resume`);
      const witnesses = (size: number): AsyncIterable<Witness> => readWitnesses({ pool, ledger, ...this.changes, others, problem: this.problem }, size);
      await checkLeaves({ pool, ledger, witnesses, outside, from: from.leaves }, { problem: this.problem, late: (problem) => this.report.addLate(problem), page: (count, state) => page(count, () => ({ leaves: state() })) });
      return (done) => `${done.toLocaleString('en')} indices are contiguous, each of one event, and what was signed${outside ? ` (${outside.checkpoint.size.toLocaleString('en')} outside the database)` : ''}`;
    },
    evidence: async (from, page) => {
      const { pool, ledger, keyring } = this.connection;
      let items = 0;
      await checkEvidence({ pool, ledger, origin: keyring.origin, keys: personKeysOf(keyring), from: from.person }, {
        problem: this.problem,
        page: (opened, events, next) => {
          items += opened;
          return page(events, atPerson(next));
        },
      });
      return () => `${items.toLocaleString('en')} evidence items are what their events commit to`;
    },
  };
}

/** `samtycke verify --database`: checks the ledger's tables in use. The exit code is 1 where anything fails. */
export async function verifyDatabase(options: DatabaseOptions): Promise<void> {
  const source = openLog(options.log, {});
  await connected(async (connection) => {
    const { pool, ledger, keyring } = connection;
    const changes = await checkKeyChanges(pool, ledger, keyring.origin, options);
    const outside = await outsideOf(source, changes.key);
    const kept = (options.checkpoint ?? []).map((file) => ({ ...openSigned(readFileSync(file, 'utf8'), changes.key), where: `the checkpoint in ${file}` }));
    console.log(`Ledger ${keyring.origin}, its database\n`);
    for (const { state, text } of changes.told) console.log(`${state.padEnd(5)}  ${text}`);
    const signedNow = showFindings(outside ? checkInUse(outside.signed, options) : []);
    const problems = await new DatabaseCheck(connection, options, outside, kept, changes).run();
    if (!outside) console.log(`open   ${options.log} holds no checkpoint: whether the database was rewritten whole, nobody can tell`);
    if (kept.length === 0) console.log('open   whether an earlier log was rewritten whole: give --checkpoint, a file with one that you kept');
    if (!options.evidence) console.log('open   evidence was not opened: give --evidence');
    if (problems > 0 || !signedNow) doesNotHold();
  }, { max: 4, settings: AUDIT_SETTINGS });
}
