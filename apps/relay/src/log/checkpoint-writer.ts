import type { Pool } from 'pg';
import type { LogFolder } from '#log-folder';
import { Checkpoints, entryOf, outboxWaits, readEntries, type Entry, type RecentLeaves, type StoredCheckpoint, type Term } from '#outbox';
import { checkpointText, cosign, leafHash, parseVerifier, sameBytes, signNote } from '#proof';
import { SigningKeys } from '#rotation';
import { sha256, signerOf, type Keyring } from '#vault';
import { demandAgreement, demandEvents, newestIn } from './agreement.js';
import { GrowingLog } from './growing-log.js';
import { LogRefused } from './log-refused.js';

const PAGE = 1_000;
/** A backlog is worked off in stretches of this many entries, each with a checkpoint. */
const STRETCH = 20_000;
/** What is visible and this old should have had an index: the time of a checkpoint would say too much. */
const WAITS_SECONDS = 30;

export interface WriterOptions {
  pool: Pool;
  ledger: number;
  folder: LogFolder;
  keyring: Keyring;
  /** What this leader has just given indices to; the rest is read. */
  recent?: RecentLeaves;
  /** POSIX milliseconds. */
  clock: () => number;
}

type Leader = Pick<Term, 'fencing' | 'server' | 'leads'>;

interface State {
  log: GrowingLog;
  /** Size and time of the newest checkpoint in the folder. */
  size: number;
  signedAt: number;
  /** The newest in the database, where the folder is behind it: its root must come out at its size. */
  ahead?: StoredCheckpoint;
}

/**
 * Follows the log by index and signs checkpoints. Order of each step: tiles and bundles on the disk, checkpoint in the
 * database (only by the hand of the leader), checkpoint in the folder. A stop between any two is continued from the
 * folder's checkpoint: the same entries make the same tiles, and a checkpoint that was kept is published, not signed again.
 */
export class CheckpointWriter {
  private state?: State;
  private folderSize = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly checkpoints: Checkpoints;
  /** The log's keys. */
  readonly signing: SigningKeys;
  private refused?: string;

  constructor(private readonly options: WriterOptions) {
    const { pool, ledger } = options;
    this.checkpoints = new Checkpoints(pool, ledger);
    this.signing = new SigningKeys(options);
  }

  /** Number of events to which the folder's newest checkpoint commits. */
  get published(): number {
    return this.folderSize;
  }

  /**
   * Appends what the log has gained and signs a checkpoint over it; tells whether it did. Throws LogRefused where that would
   * contradict what was signed, or the folder is not as it was left and cannot be continued; after that, and after any other error, the next call begins from the folder again.
   */
  step(term: Leader): Promise<boolean> {
    return this.inTurn(() => this.next(term));
  }

  /** Puts further signature lines under the folder's checkpoint, if it still is the one with this text; those that stand are kept. Nothing once another relay leads: it may have put a newer one there. */
  attach(text: string, lines: string, { leads }: Pick<Term, 'leads'>): Promise<void> {
    return this.inTurn(async () => {
      const { folder } = this.options;
      const note = await folder.checkpoint();
      if (lines !== '' && note?.startsWith(`${text}\n`) && leads()) await folder.writeCheckpoint(`${note}${lines}`, leads);
    });
  }

  /** The folder's checkpoint is written by one at a time. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  /** From now on nothing is signed, for this reason; without one it is again. */
  refuse(reason: string | undefined): void {
    this.refused = reason;
  }

  private async next(term: Leader): Promise<boolean> {
    const { state, refused } = this;
    if (refused !== undefined) throw new LogRefused(refused);
    this.state = undefined;
    const next = state && (await this.isAsLeft(state)) ? state : await this.load();
    this.folderSize = next.size;
    const signed = await this.grow(next, term);
    this.state = next;
    this.folderSize = next.size;
    return signed;
  }

  /** Whether the folder still ends where this writer left it: it may have been removed, mounted elsewhere, or put back from a backup meanwhile. A checkpoint that is damaged is replaced by the next one. */
  private async isAsLeft({ size }: State): Promise<boolean> {
    const standing = await this.options.folder.size().catch((error: unknown) => {
      if (error instanceof RangeError) return size;
      throw error;
    });
    return standing === size;
  }

  private async load(): Promise<State> {
    const { pool, ledger, folder } = this.options;
    const newest = await newestIn(folder, this.signing);
    if (newest) await demandAgreement(pool, ledger, folder, newest);
    const kept = await this.checkpoints.newest();
    if (kept) await demandEvents(pool, ledger, kept.size);
    const { size, root, signedAt } = newest ?? { size: 0, root: sha256(), signedAt: 0 };
    return { log: await GrowingLog.load(folder, { size, root }), size, signedAt, ...(kept && kept.size > size && { ahead: kept }) };
  }

  private async grow(state: State, term: Leader): Promise<boolean> {
    const { pool, ledger } = this.options;
    const end = state.ahead?.size ?? state.log.size + STRETCH;
    let recordedAt = state.signedAt;
    for (let full = true; full && state.log.size < end; ) {
      const limit = Math.min(PAGE, end - state.log.size);
      const entries = await this.entries(state.log.size, limit);
      for (const entry of entries) await append(state.log, entry);
      recordedAt = entries.reduce((latest, entry) => Math.max(latest, entry.recordedAt), recordedAt);
      full = entries.length === limit;
    }
    if (state.log.size === state.size || (await outboxWaits(pool, ledger, WAITS_SECONDS))) return this.keepTime(state, recordedAt);
    await this.publish(state, recordedAt, term);
    return true;
  }

  private async entries(from: number, limit: number): Promise<Entry[]> {
    const { pool, ledger, recent } = this.options;
    return recent?.from(from, limit)?.map(entryOf) ?? readEntries(pool, ledger, from, limit);
  }

  /** What was appended and not signed yet counts for the time of the next checkpoint. */
  private keepTime(state: State, recordedAt: number): false {
    state.signedAt = recordedAt;
    return false;
  }

  /** Signed by the keys in use, and by those before them for 30 days after a change: what holds the change is signed by both. */
  private async sign(text: string, seconds: number): Promise<string> {
    const [logs, cosigners] = [await this.signing.at('log', seconds), await this.signing.at('cosigner', seconds)];
    const byLog = logs.map(({ verifier, privateKey }) => signNote(text, parseVerifier(sha256, verifier), signerOf(privateKey)));
    const byOperator = cosigners.map(({ verifier, privateKey }) => cosign(text, seconds, parseVerifier(sha256, verifier), signerOf(privateKey)));
    return `${text}\n${[...byLog, ...byOperator].join('')}`;
  }

  private async publish(state: State, recordedAt: number, term: Leader): Promise<void> {
    const { keyring, folder, clock } = this.options;
    const { size } = state.log;
    const root = Buffer.from(state.log.root());
    await state.log.writePartials();
    const signedAt = Math.max(Math.floor(clock() / 1_000), recordedAt);
    const note = await this.sign(checkpointText({ origin: keyring.origin, size, root }), signedAt);
    const kept = await this.checkpoints.keep({ size, root, signedAt, note }, term);
    if (!kept || !term.leads()) throw new Error('another relay leads');
    if (!kept.root.equals(root)) throw new LogRefused(`a checkpoint of ${size} events with another root was signed before: the events have changed`);
    if (!(await folder.writeCheckpoint(kept.note, term.leads))) throw new Error('another relay leads');
    Object.assign(state, { size, signedAt: kept.signedAt, ahead: undefined });
    await state.log.dropPartials();
  }
}

/** The leaf is the hash of exactly these bytes, or nothing is said about them. */
async function append(log: GrowingLog, entry: Entry): Promise<void> {
  if (!sameBytes(leafHash(sha256, entry.bytes), entry.hash)) throw new LogRefused(`the event at index ${log.size} no longer has the hash that it had when it was given its index`);
  await log.append(entry);
}
