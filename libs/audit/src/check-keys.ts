import type { Pool } from 'pg';
import type { Problem } from './problem.js';

/** Keys that make a second row impossible, by table: whoever forges has to remove them first, or to put others under their names. */
const KEYS: Record<string, readonly [table: string, made: string]> = {
  events_pkey: ['events', 'PRIMARY KEY (ledger, person, purpose, version)'],
  events_seq: ['events', 'UNIQUE (ledger, person, seq)'],
  events_request: ['events', 'UNIQUE (ledger, person, request, ordinal)'],
  leaves_pkey: ['leaves', 'PRIMARY KEY (ledger, idx)'],
  leaves_seq: ['leaves', 'UNIQUE (ledger, person, seq)'],
  heads_pkey: ['heads', 'PRIMARY KEY (ledger, person, purpose)'],
  persons_pkey: ['persons', 'PRIMARY KEY (ledger, person)'],
  outbox_pkey: ['outbox', 'PRIMARY KEY (ledger, recorded_at, person, seq)'],
  checkpoints_pkey: ['checkpoints', 'PRIMARY KEY (ledger, size)'],
  evidence_pkey: ['evidence', 'PRIMARY KEY (ledger, person, event, kinds)'],
};
const MISSING = `
SELECT name FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (name, held, made)
WHERE NOT EXISTS (SELECT FROM pg_constraint c JOIN pg_index i ON i.indexrelid = c.conindid
  WHERE c.conname = name AND c.conrelid = to_regclass(held) AND pg_get_constraintdef(c.oid) = made AND i.indisvalid AND i.indisunique)`;
const TABLES = ['events', 'leaves', 'heads', 'persons', 'outbox', 'evidence', 'checkpoints'];
/** Rows of a ledger that is none: one look into the key for each number that stands in it. */
const strangers = (table: string): string => `
WITH RECURSIVE numbers AS (
  SELECT min(ledger) AS ledger FROM ${table}
  UNION ALL SELECT (SELECT min(ledger) FROM ${table} WHERE ledger > numbers.ledger) FROM numbers WHERE numbers.ledger IS NOT NULL)
SELECT '${table}' AS name, ledger FROM numbers WHERE ledger IS NOT NULL AND ledger NOT IN (SELECT id FROM ledgers)`;
/** A cosignature counts whole seconds. */
const TIMES = `SELECT size FROM checkpoints WHERE ledger = $1 AND signed_at <> date_trunc('second', signed_at) ORDER BY size LIMIT 100`;
/** What waits for an index that it has, or is no event. */
const OUTBOX = `
SELECT o.person, o.seq, EXISTS (SELECT FROM leaves l WHERE l.ledger = $1 AND l.person = o.person AND l.seq = o.seq) AS given
FROM outbox o WHERE o.ledger = $1 AND (EXISTS (SELECT FROM leaves l WHERE l.ledger = $1 AND l.person = o.person AND l.seq = o.seq)
  OR NOT EXISTS (SELECT FROM events e WHERE e.ledger = $1 AND e.person = o.person AND e.seq = o.seq AND e.recorded_at = o.recorded_at))
ORDER BY o.recorded_at, o.person, o.seq LIMIT 1000`;

/** Checks what the other checks rely on: the unique keys, and the outbox. */
export async function checkKeysAndOutbox(pool: Pool, ledger: number): Promise<Problem[]> {
  const names = Object.keys(KEYS);
  const keys = await pool.query<{ name: string }>(MISSING, [names, names.map((name) => KEYS[name]?.[0]), names.map((name) => KEYS[name]?.[1])]);
  const foreign = await pool.query<{ name: string; ledger: number }>(TABLES.map((table) => `(${strangers(table)})`).join(' UNION ALL '));
  const times = await pool.query<{ size: string }>(TIMES, [ledger]);
  const outbox = await pool.query<{ person: string; seq: number; given: boolean }>(OUTBOX, [ledger]);
  return [
    ...keys.rows.map(({ name }): Problem => ({ text: `the unique key ${name} was removed, or is another one now: what it forbids may stand in its table` })),
    ...foreign.rows.map(({ name, ledger: number }): Problem => ({ text: `the table ${name} has rows of a ledger ${number}, which there is not` })),
    ...times.rows.map(({ size }): Problem => ({ text: `the checkpoint of ${size} events in the table checkpoints: the operator did not cosign it at the time that it says` })),
    ...outbox.rows.map(({ person, seq, given }): Problem => ({ person, seq, text: given ? 'it waits in the outbox, and has an index already' : 'a row of the outbox stands for no event' })),
  ];
}
