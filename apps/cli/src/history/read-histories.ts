import type { LedgerEvent } from '#contracts';
import { partsOf } from '#ledger';
import { partsIn } from '#proof';
import type { Connection } from '../connect.js';
import { CliError } from '../installation.js';

export type HashedEvent = LedgerEvent & { hash: string; damaged?: string };

/** The events of one person; of somebody who was merged, into whom. */
export interface History {
  person: string;
  into?: string;
  events: HashedEvent[];
}

interface HashedRow {
  bytes: Buffer;
  hash: string;
  /** What the log has of it; null while it waits for its index. */
  leaf: string | null;
}

const EVENTS = `
SELECT e.bytes, encode(sha256('\\x00'::bytea || e.bytes), 'hex') AS hash, encode(l.hash, 'hex') AS leaf
FROM events e LEFT JOIN leaves l ON l.ledger = e.ledger AND l.person = e.person AND l.seq = e.seq
WHERE e.ledger = $1 AND e.person = $2 ORDER BY e.seq`;

/** What is wrong with an event that is shown, and so with the exit code. */
function damageOf({ hash, leaf }: HashedRow, { prev }: LedgerEvent, before: string | undefined): { damaged?: string } {
  if (leaf !== null && leaf !== hash) return { damaged: 'its bytes are not what was hashed' };
  return prev === before ? {} : { damaged: 'it does not follow the event before it' };
}

async function readEvents({ pool, ledger }: Connection, person: string): Promise<HashedEvent[]> {
  const { rows } = await pool.query<HashedRow>(EVENTS, [ledger, person]);
  return rows.map((row, at) => {
    const event = JSON.parse(row.bytes.toString('utf8')) as LedgerEvent;
    return { ...event, hash: row.hash, ...damageOf(row, event, rows[at - 1]?.hash) };
  });
}

/**
 * The events of a person, then those of everybody who was merged into him: as the register of parts says, and as the events do,
 * which may be ahead of it. Throws CliError where there is none.
 */
export async function readHistories(connection: Connection, person: string): Promise<History[]> {
  const histories: History[] = [];
  const owners = new Map<string, string | undefined>([[person, undefined]]);
  for (const [one, into] of owners) {
    const events = await readEvents(connection, one);
    histories.push({ person: one, into, events });
    const parts = partsIn(events.map((event) => ({ event })));
    for (const part of [...parts.keys(), ...(await partsOf(connection.pool, connection.ledger, one))]) if (!owners.has(part)) owners.set(part, one);
  }
  const found = histories.filter(({ events }) => events.length > 0);
  if (found.length === 0) throw new CliError(`the ledger holds no event of ${person}`);
  return found;
}
