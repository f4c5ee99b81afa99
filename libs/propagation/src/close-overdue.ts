import type { Pool } from 'pg';

/** What one statement ends at most. */
const STRETCH = 5_000;
/** Stretches of one turn of tidying. */
const MOST_STRETCHES = 20;

const LET_OFF_IF = `s.id IS NULL OR w.purpose <> ALL (s.purposes) AND w.purpose <> '~person'`;
const SYSTEM = 'LEFT JOIN LATERAL (SELECT id, purposes FROM systems WHERE ledger = $1 AND id = w.system LIMIT 1) s ON true';
const ACT = `LEFT JOIN LATERAL (SELECT min(applied_at) AS applied_at FROM acknowledgements
    WHERE ledger = $1 AND person = w.person AND purpose = w.purpose AND version >= w.version AND system = w.system AND outcome IN ('applied', 'repeat')) a ON true`;

/** Written so that the index of open breaches does not fit: the row is found by its place. */
export const STILL_OPEN = `coalesce(o.acted_at, '-infinity') = '-infinity'`;

/** Of what was found of one system. */
export const CLOSE_FOUND = `
UPDATE overdue o SET acted_at = coalesce(p.applied_at, $2)
FROM (
  SELECT w.place, a.applied_at
  FROM unnest($4::uuid[], $5::uuid[]) AS f(person, event)
  CROSS JOIN LATERAL (SELECT ctid AS place, * FROM overdue WHERE ledger = $1 AND person = f.person AND event = f.event AND system = $3 LIMIT 1) w
  ${SYSTEM} ${ACT}
  WHERE w.acted_at IS NULL AND (a.applied_at IS NOT NULL OR ${LET_OFF_IF})) p
WHERE o.ctid = p.place AND ${STILL_OPEN}
RETURNING o.event, o.acted_at > o.due_at AS late`;

/** One stretch of all breaches, open or not, in the order of their key. */
export const TIDY_OVERDUE = `
WITH stretch AS MATERIALIZED (
  SELECT ctid AS place, person, event, system, purpose, version, acted_at FROM overdue
  WHERE ledger = $1 AND (person, event, system) > ($3::uuid, $4::uuid, $5::text) ORDER BY person, event, system LIMIT ${STRETCH}),
closed AS (
  UPDATE overdue o SET acted_at = coalesce(p.applied_at, $2)
  FROM (
    SELECT w.place, a.applied_at FROM stretch w ${SYSTEM} ${ACT}
    WHERE w.acted_at IS NULL AND (a.applied_at IS NOT NULL OR ${LET_OFF_IF})) p
  WHERE o.ctid = p.place AND ${STILL_OPEN})
SELECT person, event, system, (SELECT count(*)::int FROM stretch) AS looked FROM stretch ORDER BY person DESC, event DESC, system DESC LIMIT 1`;

const LET_OFF = `
UPDATE overdue o SET acted_at = $2
FROM (SELECT w.ctid AS place FROM overdue w ${SYSTEM} WHERE w.ledger = $1 AND w.system = $3 AND w.acted_at IS NULL AND (${LET_OFF_IF}) LIMIT ${STRETCH}) p
WHERE o.ctid = p.place AND o.acted_at IS NULL`;

export interface Closed {
  event: string;
  /** It acted, or was let off, after the deadline; else its word was only heard after it. */
  late: boolean;
}

/** Ends those of one system's breaches that are none any more: its act was kept while its deadline was looked at, or nothing is demanded of it. */
export async function closeFound(pool: Pool, ledger: number, system: string, found: readonly { person: string; event: string }[]): Promise<Closed[]> {
  if (found.length === 0) return [];
  const values = [ledger, new Date(), system, found.map(({ person }) => person), found.map(({ event }) => event)];
  return (await pool.query<Closed>(CLOSE_FOUND, values)).rows;
}

/** Ends a system's breaches of which nothing is demanded any more, one stretch; what is left is for the tidying. */
export async function letOff(pool: Pool, ledger: number, system: string): Promise<void> {
  await pool.query(LET_OFF, [ledger, new Date(), system]);
}

type Key = readonly [person: string, event: string, system: string];

const FIRST = '00000000-0000-0000-0000-000000000000';
const BEGINNING: Key = [FIRST, FIRST, ''];

/** Ends all breaches that are none any more, by the stretch: however many are open, a turn takes the same time. */
export class TidyOverdue {
  private place = BEGINNING;
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
  ) {}

  /** Goes on from where the turn before stood, to the end at most. */
  async run(stretches = MOST_STRETCHES): Promise<void> {
    for (let left = stretches, more = true; left > 0 && more; left -= 1) more = await this.stretch();
  }

  private async stretch(): Promise<boolean> {
    const values = [this.ledger, new Date(), ...this.place];
    const { rows: [last] } = await this.pool.query<{ person: string; event: string; system: string; looked: number }>(TIDY_OVERDUE, values);
    const more = last?.looked === STRETCH;
    this.place = last && more ? [last.person, last.event, last.system] : BEGINNING;
    return more;
  }
}
