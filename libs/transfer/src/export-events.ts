import { hash as digest } from 'node:crypto';
import { readLog, type Leaf, type StoredLeaf } from '#outbox';
import type { Target } from './target.js';

/** Which part of the log: by index or by the time at which it was recorded, both ends included. */
export interface EventRange {
  from?: number | string;
  to?: number | string;
  purposes?: string[];
}

const PAGE = 1_000;

/** Index of the newest event in the log; -1 where it is empty. Events that wait in the outbox have none yet. */
export async function newestIndex({ pool, ledger }: Pick<Target, 'pool' | 'ledger'>): Promise<number> {
  const { rows } = await pool.query<{ idx: string }>('SELECT idx FROM leaves WHERE ledger = $1 ORDER BY idx DESC LIMIT 1', [ledger]);
  return rows[0] ? Number(rows[0].idx) : -1;
}

const within = (value: string, from: EventRange['from'], to: EventRange['to']): boolean =>
  (typeof from !== 'string' || value >= from) && (typeof to !== 'string' || value <= to);

const LEAF = Buffer.from([0]);

/** Whether the bytes of an event are those of which the log has the hash. */
const isHashed = ({ hash, bytes }: StoredLeaf): boolean => digest('sha256', Buffer.concat([LEAF, bytes])) === hash;

/** How many of the leaves, from the first on, are whole and in their place. */
function soundFrom(next: number, leaves: readonly StoredLeaf[]): number {
  const wrong = leaves.findIndex((leaf, at) => leaf.index !== next + at || !isHashed(leaf));
  return wrong < 0 ? leaves.length : wrong;
}

function wrongAt(index: number, leaf: StoredLeaf | undefined): string {
  if (leaf?.index !== index) return `index ${index} of the log: there is no event`;
  const { person, purpose, version } = leaf.event;
  return `person ${person}, purpose ${purpose}, version ${version}, index ${index} of the log: its bytes are not what was hashed`;
}

const damaged = (index: number, leaf: StoredLeaf | undefined): Error =>
  Object.assign(new Error(`${wrongAt(index, leaf)}. The export ends before it: \`samtycke verify --database\` says more`), { code: 'chain_damaged' });

/**
 * Events with index and leaf hash, in the order of the log, in pages; what is added meanwhile is not in it. By time the
 * whole log is read, since the order of its indices is only roughly that of the times. Throws at the first event that is not what was hashed, or not there.
 */
export async function* exportEvents(target: Pick<Target, 'pool' | 'ledger'>, { from, to, purposes }: EventRange): AsyncGenerator<Leaf[]> {
  const newest = await newestIndex(target);
  const last = typeof to === 'number' ? Math.min(to, newest) : newest;
  const wanted = purposes && new Set(purposes);
  for (let next = typeof from === 'number' ? from : 0; next <= last; next += PAGE) {
    const count = Math.min(PAGE, last - next + 1);
    const leaves = await readLog(target.pool, target.ledger, next, count);
    const sound = soundFrom(next, leaves);
    const page = leaves.slice(0, sound)
      .filter(({ event }) => within(event.recordedAt, from, to) && (!wanted || wanted.has(event.purpose)))
      .map(({ index, hash, event }) => ({ index, hash, event }));
    if (page.length > 0) yield page;
    if (sound < count) throw damaged(next + sound, leaves[sound]);
  }
}
