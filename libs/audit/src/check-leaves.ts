import type { Pool } from 'pg';
import { Frontier, HASH_BYTES, sameBytes, TILE_WIDTH, tileHolding, type Checkpoint, type Tile } from '#proof';
import type { Problem } from './problem.js';
import { shortSha256 } from './sha256.js';
import { atOneMoment, textRows } from './snapshot.js';

/** A checkpoint that the leaves must agree with, and where it lies. */
export interface Witness extends Pick<Checkpoint, 'size' | 'root'> {
  where: string;
  /** What is wrong with it by itself: told when its size is reached, so that no later run, which goes on before it, tells it again. */
  wrong?: string;
  /** When the operator cosigned it, POSIX seconds; absent where that was not looked at, or is not so. */
  seenAt?: number;
}

/** The log outside the database: its newest checkpoint, and its tiles. */
export interface OutsideLog {
  checkpoint: Pick<Checkpoint, 'size' | 'root'>;
  tile(tile: Tile): Promise<Uint8Array | undefined>;
}

/** Where the check of leaves stands: enough to go on from there. */
export interface LeavesState {
  size: number;
  /** Roots of the complete subtrees so far, hex. */
  peaks: string[];
  /** When the last checkpoint over no more than these was seen. */
  seenAt?: number;
}

export interface LeavesOptions {
  pool: Pool;
  ledger: number;
  /** Checkpoints by size, the smallest first, from a size on. */
  witnesses(from: number): AsyncIterable<Witness>;
  outside?: OutsideLog;
  from?: LeavesState;
}

export interface LeavesSink {
  problem(problem: Problem): void;
  /** An event that got its place in the log long after it was recorded: it may have waited, or been made up since. */
  late(problem: Problem): void;
  page(leaves: number, state: () => LeavesState): Promise<void> | void;
}

type LeafRow = [index: string, person: string, seq: string, hash: string, recorded: string | null];

const PAGE = 16 * TILE_WIDTH;
/** An event may claim so much more, or less, than the checkpoints around its place. */
const TOLERANCE_SECONDS = 60;
const LEAVES = `
SELECT l.idx, l.person, l.seq, encode(l.hash, 'hex'),
  (SELECT extract(epoch FROM e.recorded_at) FROM events e WHERE e.ledger = $1 AND e.person = l.person AND e.seq = l.seq)
FROM (SELECT idx, person, seq, hash FROM leaves WHERE ledger = $1 AND idx >= $2 ORDER BY idx LIMIT $3) l ORDER BY l.idx`;
const NEXT = `SELECT next, (SELECT coalesce(max(idx) + 1, 0) FROM leaves WHERE ledger = $1) FROM leases WHERE ledger = $1 AND role = 'relay'`;

const utc = (seconds: number): string => `${new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** The leaves one by one, in order of their index: the tree that grows of them, held against tiles and checkpoints. */
class LeavesCheck {
  private readonly tree: Frontier;
  private tile: Uint8Array | undefined;
  private tileOf = -1;
  private waiting: AsyncIterator<Witness>;
  private next: Witness | undefined;
  /** When the last checkpoint that was passed was seen. */
  private seenAt: number | undefined;

  constructor(
    private readonly options: LeavesOptions,
    private readonly sink: LeavesSink,
  ) {
    const { size = 0, peaks = [], seenAt } = options.from ?? {};
    this.seenAt = seenAt;
    this.tree = new Frontier(shortSha256, size, peaks.map((peak) => Buffer.from(peak, 'hex')));
    this.waiting = options.witnesses(size + 1)[Symbol.asyncIterator]();
  }

  get state(): LeavesState {
    return { size: this.tree.size, peaks: this.tree.roots().map((peak) => Buffer.from(peak).toString('hex')), seenAt: this.seenAt };
  }

  async begin(): Promise<void> {
    this.next = await this.witness();
  }

  private async witness(): Promise<Witness | undefined> {
    const { value, done } = await this.waiting.next();
    return done ? undefined : value;
  }

  async take([index, person, seq, hex, recorded]: LeafRow): Promise<void> {
    const at = this.tree.size;
    const place = { person, seq: Number(seq), index: Number(index) };
    if (place.index !== at) {
      this.sink.problem({ ...place, text: place.index < at ? 'the index was given twice' : `index ${at} is missing before it` });
      if (place.index < at) return;
    }
    if (recorded === null) this.sink.problem({ ...place, text: 'the log has this event, the table events has not' });
    else this.checkTime(place, Number(recorded));
    const hash = Buffer.from(hex, 'hex');
    if (!(await this.agrees(hash, at))) this.sink.problem({ ...place, text: 'the signed log has another event at this index' });
    this.tree.append(hash);
    while (this.next && this.next.size <= this.tree.size) await this.compare(this.next);
  }

  /** The time of recording fits between the checkpoints before and behind an event's place (format, The log). */
  private checkTime(place: Pick<Problem, 'person' | 'seq' | 'index'>, recorded: number): void {
    const [before, after] = [this.seenAt, this.next?.seenAt];
    if (after !== undefined && recorded > after + TOLERANCE_SECONDS) this.sink.problem({ ...place, text: `it claims ${utc(recorded)}, and a checkpoint that holds it was seen at ${utc(after)} already` });
    else if (before !== undefined && recorded < before - TOLERANCE_SECONDS) this.sink.late({ ...place, text: `it claims ${utc(recorded)}, and got its place in the log after ${utc(before)} only` });
  }

  /** Whether the tile outside has this hash here; what no checkpoint commits to yet stands in no tile. */
  private async agrees(hash: Uint8Array, index: number): Promise<boolean> {
    const { outside } = this.options;
    if (!outside || index >= outside.checkpoint.size) return true;
    const number = Math.floor(index / TILE_WIDTH);
    if (number !== this.tileOf) {
      this.tileOf = number;
      const tile = tileHolding(0, index, outside.checkpoint.size);
      this.tile = await outside.tile(tile);
      if (!this.tile) this.sink.problem({ index, text: `the log’s folder lacks tile 0/${number}` });
    }
    const begin = (index % TILE_WIDTH) * HASH_BYTES;
    return this.tile === undefined || sameBytes(hash, this.tile.subarray(begin, begin + HASH_BYTES));
  }

  private tellWrong({ where, wrong }: Witness): void {
    if (wrong !== undefined) this.sink.problem({ text: `${where}: ${wrong}` });
  }

  private async compare(witness: Witness): Promise<void> {
    const { size, root, where } = witness;
    this.tellWrong(witness);
    if (size === this.tree.size && !sameBytes(root, this.tree.root())) this.sink.problem({ text: `the first ${size} events do not have the root that ${where} commits to: they are not those that were signed` });
    this.seenAt = witness.seenAt ?? this.seenAt;
    this.next = await this.witness();
  }

  /** What commits to more events than there are. */
  async end(): Promise<void> {
    for (; this.next; this.next = await this.witness()) {
      const { size, where } = this.next;
      this.tellWrong(this.next);
      this.sink.problem({ index: this.tree.size, text: `${where} commits to ${size} events, the database has given ${this.tree.size} indices: the end is missing` });
    }
  }
}

/** How many indices were given, and what is wrong where the sequencer would go on at another one. */
async function givenBy({ pool, ledger }: LeavesOptions): Promise<{ end: number; wrong?: Problem }> {
  const [row] = await atOneMoment(pool, (client) => textRows<[string, string]>(client, 'audit-next', NEXT, [ledger]));
  const [next = '0', size = '0'] = row ?? [];
  const end = Number(size);
  return next === size ? { end } : { end, wrong: { index: end, text: `the sequencer would give index ${next} next, the newest leaf has ${end - 1}` } };
}

/**
 * Checks the log's indices: contiguous from 0, each of an event, the tree of their hashes the one that was signed, and each event's time against the
 * checkpoints around its place, as far as their times are known. What the relay adds meanwhile is not looked at.
 */
export async function checkLeaves(options: LeavesOptions, sink: LeavesSink): Promise<void> {
  const { pool, ledger, from } = options;
  const check = new LeavesCheck(options, sink);
  await check.begin();
  const { end, wrong } = await givenBy(options);
  for (let at = from?.size ?? 0; at < end; ) {
    const rows = await atOneMoment(pool, (client) => textRows<LeafRow>(client, 'audit-leaves', LEAVES, [ledger, at, Math.min(PAGE, end - at)]));
    for (const row of rows) await check.take(row);
    if (rows.length === 0) break;
    at = Number(rows.at(-1)?.[0]) + 1;
    await sink.page(rows.length, () => check.state);
  }
  await check.end();
  // Behind the last page: a run that goes on at one of them asks anew.
  if (wrong) sink.problem(wrong);
}
