import type { Pool } from 'pg';
import type { Ack, AckOutcome } from '#contracts';
import { STILL_OPEN } from './close-overdue.js';
import { CLOCK_AHEAD, COARSE_SECONDS, FINE_SECONDS, PER_DECADE } from './delay-buckets.js';
import { sinceOf } from './since.js';
import { TAKES_AWAY, takesAway } from './takes-away.js';

/**
 * What was said, with the event that it names; without one where person, purpose, version and id do not belong together: whoever
 * names a later version than his event has would have acted on what he never heard of.
 */
const saidOf = (more: string): string => `unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::int[], $7::text[], $8::timestamptz[]) AS f(person, event, system, purpose, version, outcome, applied_at)
  LEFT JOIN LATERAL (SELECT event, version, recorded_at${more} FROM events
    WHERE ledger = $1 AND person = f.person AND purpose = f.purpose AND version >= f.version ORDER BY version LIMIT 1) e ON e.event = f.event AND e.version = f.version`;

/**
 * Keeps what was said, and counts, in the same statement, how long each system took to act on what takes something away since it
 * acts on the purpose: what comes again is neither kept nor counted again. An act replaces what was no act, and any later word that a message was parked.
 */
export const KEEP_ACKS = `
WITH said AS MATERIALIZED (
  SELECT f.*, e.takes_away, e.recorded_at
  FROM ${saidOf(`, ${takesAway('$10')} AS takes_away`)}),
kept AS (
  INSERT INTO acknowledgements AS a (ledger, person, event, system, purpose, version, outcome, applied_at, heard_at)
  SELECT $1, person, event, system, purpose, version, outcome, applied_at, $9 FROM said WHERE takes_away OR outcome <> 'not-mine' AND takes_away IS NOT NULL
  ORDER BY person, event, system
  ON CONFLICT (ledger, person, event, system) DO UPDATE SET outcome = excluded.outcome, applied_at = excluded.applied_at, heard_at = excluded.heard_at
  WHERE (a.outcome IN ('parked', 'not-mine') AND excluded.outcome IN ('applied', 'repeat')) OR (a.outcome = 'parked' AND excluded.outcome <> 'parked')
  RETURNING person, event, system, outcome, applied_at),
taken AS MATERIALIZED (
  SELECT s.recorded_at, k.system, k.applied_at, extract(epoch FROM k.applied_at - s.recorded_at)::float8 * 1000 AS ms,
    EXISTS (SELECT FROM canaries c WHERE c.ledger = $1 AND c.person = k.person) AS canary
  FROM kept k JOIN said s ON s.person = k.person AND s.event = k.event AND s.system = k.system
  WHERE s.takes_away AND k.outcome IN ('applied', 'repeat')
    AND NOT EXISTS (SELECT FROM systems y WHERE y.ledger = $1 AND y.id = k.system AND ${sinceOf('y', 's.purpose')} > s.recorded_at)),
counted AS (
  INSERT INTO delays AS d (ledger, step, at, system, canary, bucket, count, slowest_ms, last_at)
  SELECT $1, step, to_timestamp(floor(extract(epoch FROM recorded_at) / step) * step), system, canary,
    CASE WHEN ms < -1 THEN ${CLOCK_AHEAD} ELSE floor(${PER_DECADE} * log(1 + greatest(ms, 0))) END::smallint, count(*)::int, round(max(greatest(ms, 0)))::bigint, max(applied_at)
  FROM taken CROSS JOIN (VALUES (${FINE_SECONDS}), (${COARSE_SECONDS})) AS s(step)
  GROUP BY 2, 3, 4, 5, 6 ORDER BY 2, 3, 4, 5, 6
  ON CONFLICT (ledger, step, at, system, canary, bucket) DO UPDATE
  SET count = d.count + excluded.count, slowest_ms = greatest(d.slowest_ms, excluded.slowest_ms), last_at = greatest(d.last_at, excluded.last_at))
SELECT (SELECT count(*)::int FROM kept) AS kept, (SELECT count(takes_away)::int FROM said) AS known`;

/**
 * Whoever acted on a version has acted on those before it. What is open of a system's, for that person and purpose, is sought by the index
 * of what is open: after an absence there are many open ones and many words, and each must not be held against each.
 */
export const ACTED = `
UPDATE overdue o SET acted_at = p.applied_at
FROM (
  SELECT w.place, f.applied_at
  FROM ${saidOf('')}
  CROSS JOIN LATERAL (SELECT ctid AS place FROM overdue o
    WHERE ledger = $1 AND person = f.person AND system = f.system AND purpose = f.purpose AND version <= f.version AND acted_at IS NULL OFFSET 0) w
  WHERE e.event IS NOT NULL AND f.outcome IN ('applied', 'repeat')) p
WHERE o.ctid = p.place AND ${STILL_OPEN}`;
const ANY_OPEN = 'SELECT EXISTS (SELECT FROM overdue WHERE ledger = $1 AND acted_at IS NULL) AS open';

/** As in KEEP_ACKS. */
const RANKS: Record<AckOutcome, number> = { parked: 0, 'not-mine': 1, repeat: 2, applied: 2 };

/** What stands in the end of each system on each event. */
function once(acks: readonly Ack[]): Ack[] {
  const standing = new Map<string, Ack>();
  for (const ack of acks) {
    const key = [ack.event, ack.system, ack.person, ack.purpose, ack.version].join(' ');
    const before = standing.get(key);
    if (!before || RANKS[ack.outcome] > RANKS[before.outcome]) standing.set(key, ack);
  }
  return [...standing.values()];
}

export interface KeptAcks {
  kept: number;
  /** Those that name no event as the ledger has it: not believed, and not kept. */
  unknown: number;
}

/**
 * Keeps what systems said they did; repeats change nothing. That an event is none of a system's is kept only of what takes
 * something away: whoever withdraws may know that a system heard of it and held nothing; of everything else it says nothing
 * about anybody, and most acknowledgements say it.
 */
export async function keepAcks(pool: Pool, ledger: number, acks: readonly Ack[]): Promise<KeptAcks> {
  const all = once(acks);
  if (all.length === 0) return { kept: 0, unknown: 0 };
  const columns = [all.map(({ person }) => person), all.map(({ event }) => event), all.map(({ system }) => system), all.map(({ purpose }) => purpose), all.map(({ version }) => version), all.map(({ outcome }) => outcome), all.map(({ appliedAt }) => appliedAt)];
  const { rows: [row] } = await pool.query<{ kept: number; known: number }>({ name: 'keep-acks', text: KEEP_ACKS, values: [ledger, ...columns, new Date(), TAKES_AWAY] });
  const { kept = 0, known = 0 } = row ?? {};
  const { rows } = await pool.query<{ open: boolean }>(ANY_OPEN, [ledger]);
  if (rows[0]?.open) await pool.query(ACTED, [ledger, ...columns]);
  return { kept, unknown: all.length - known };
}
