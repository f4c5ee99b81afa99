import type { Pool } from 'pg';
import type { Actor } from '#contracts';
import { checkLeaves, outsideEntries, say, type Problem } from '#audit';
import { Ledger, readCatalogue, type EraserOptions } from '#ledger';
import type { LogFolder } from '#log-folder';
import { floorOf, logSize } from '#outbox';
import type { Checkpoint } from '#proof';
import { applyErasures } from './apply-erasures.js';
import { readMissing, type Missing } from './missing.js';
import { Contradiction } from './contradiction.js';
import { settleLost, type LostEvent, type Settled } from './settle-lost.js';
import { putBack, type LogEntry } from './put-back.js';
import { withdrawMissing, type Withdrawn } from './withdraw-missing.js';

export interface RecoverOptions extends EraserOptions {
  folder: LogFolder;
  /** The newest checkpoint in the folder, its signature verified by the caller, as the whole folder is. */
  checkpoint: Pick<Checkpoint, 'size' | 'root'> & { note: string; signedAt: number };
  /** Of the relay's lease, which the caller holds and renews. */
  fencing: string;
  actor: Actor;
  progress(done: number, total: number): void;
  missing(one: Missing, what: Withdrawn): void;
  /** Finds what was sent from a log index on and is not in the database: asked once the log is in it, and settled at the end. Absent: nobody looks. */
  findLost?(floor: number): Promise<readonly LostEvent[]>;
  settled(one: Settled): void;
  /** Loads the newest catalogue, where the operator gave one: the backup’s is as old as itself. */
  loadCatalogue?(): Promise<void>;
}

export interface Recovered {
  /** The index from which the backup lacked everything. */
  from: number;
  /** Events that were put back; the others of the log stood in the backup without an index. */
  events: number;
  erased: number;
  /** Of the erased, those first known since whose identifiers the backup never held: no hash of them is left by which they stay recognisable. Others may lack one of several. */
  unsuppressed: number;
  missing: number;
  /** Purposes on which something of these stands still: the catalogue lets nothing be withdrawn there. */
  standing: string[];
}

const PAGE = 500;
/** The row that says that a recovery is under way, and from which index on: neither api nor relay acts while it stands. */
const BEGIN = `
INSERT INTO leases (ledger, role, holder, fencing, expires_at, next)
VALUES ($1, 'recover', '00000000-0000-0000-0000-000000000000', 0, 'infinity', $2) ON CONFLICT DO NOTHING`;
const BEGUN = `SELECT next FROM leases WHERE ledger = $1 AND role = 'recover'`;
const END = `DELETE FROM leases WHERE ledger = $1 AND role = 'recover'`;
/** What was sent in a term after the backup is of no leader to come: the relay knows its own records by their term. */
const PAST_EVERY_TERM = `UPDATE leases SET fencing = fencing + 1000000 WHERE ledger = $1 AND role = 'relay'`;
const KEEP = 'INSERT INTO checkpoints (ledger, size, root, signed_at, note) VALUES ($1, $2, $3, to_timestamp($4), $5) ON CONFLICT DO NOTHING';

/** Where a recovery that was cut off began; undefined where none was. */
export async function recoveryBegan(pool: Pool, ledger: number): Promise<number | undefined> {
  const { rows } = await pool.query<{ next: string }>(BEGUN, [ledger]);
  return rows[0] && Number(rows[0].next);
}

/** What the backup holds must be the beginning of the log: it is a backup of this ledger, and nothing was added to it. The first that is not ends it. */
async function demandBeginning({ pool, ledger, folder, checkpoint }: RecoverOptions): Promise<void> {
  const problem = (first: Problem): never => {
    throw new Contradiction(`${say(first)}. The database is no older state of the signed log`);
  };
  const outside = { checkpoint, tile: folder.tile.bind(folder) };
  await checkLeaves({ pool, ledger, outside, witnesses: async function* () {} }, { problem, late: () => undefined, page: () => undefined });
}

async function putAllBack(options: RecoverOptions, size: number): Promise<number> {
  const { folder, checkpoint, progress } = options;
  let [events, page] = [0, [] as LogEntry[]];
  for await (const entry of outsideEntries(folder.tile.bind(folder), size, checkpoint.size)) {
    page.push(entry);
    if (page.length < PAGE && entry.index + 1 < checkpoint.size) continue;
    events += await putBack(options, page);
    page = [];
    progress(entry.index + 1 - size, checkpoint.size - size);
  }
  return events;
}

/**
 * Brings a database that is behind the signed log up to it: bytes, states and indices from the log's bundles, erasures
 * carried out again, and whoever cannot be found or shown any more has his consents withdrawn (reason `operator`). Until it has
 * ended, api and relay refuse; killed anywhere, it goes on when it is run again. What systems were told of and no log holds is settled (`settleLost`). What was written after the newest
 * checkpoint outside, and what lies in no log (keys, identifiers, evidence, answers to idempotency keys), stays lost.
 */
export async function recover(options: RecoverOptions): Promise<Recovered> {
  const { pool, ledger, checkpoint } = options;
  const size = await logSize(pool, ledger);
  await demandBeginning(options);
  await pool.query(BEGIN, [ledger, size]);
  const from = (await recoveryBegan(pool, ledger)) ?? size;
  const events = await putAllBack(options, size);
  if (checkpoint.size > 0) await pool.query(KEEP, [ledger, checkpoint.size, Buffer.from(checkpoint.root), checkpoint.signedAt, checkpoint.note]);
  const { erased, unsuppressed } = await applyErasures(options, from);
  await options.loadCatalogue?.();
  const { missing, standing } = await withdrawAll(options, from);
  const floor = await floorOf(pool, ledger, from);
  const lost = await options.findLost?.(floor);
  if (lost) await settleLost({ ...options, lost, floor });
  await pool.query(END, [ledger]);
  await pool.query(PAST_EVERY_TERM, [ledger]);
  return { from, events, erased, unsuppressed, missing, standing };
}

/** Withdraws what stands of whoever cannot be found or shown any more. Throws where the catalogue does not know all of it. */
async function withdrawAll(options: RecoverOptions, from: number): Promise<Pick<Recovered, 'missing' | 'standing'>> {
  const { pool, ledger, origin, keys } = options;
  const catalogue = await readCatalogue(pool, ledger);
  if (!catalogue) throw new Error('the backup holds no catalogue: give the newest one (--catalogue). Until then the ledger stays closed');
  const appender = new Ledger({ pool, ledger, origin, keys });
  const strange = new Set<string>();
  const standing = new Set<string>();
  let missing = 0;
  for await (const one of readMissing(pool, ledger, from)) {
    const what = await withdrawMissing(appender, catalogue, one, options.actor);
    options.missing(one, what);
    what.unknown.forEach((purpose) => strange.add(purpose));
    what.standing.forEach((purpose) => standing.add(purpose));
    missing += 1;
  }
  await appender.close();
  if (strange.size > 0) throw new Error(`consents that must be withdrawn stand on ${[...strange].join(', ')}, which the catalogue of the backup does not know: give the newest one (--catalogue). Until then the ledger stays closed`);
  return { missing, standing: [...standing] };
}
