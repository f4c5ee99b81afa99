import type { Pool } from 'pg';
import type { Ack } from '#contracts';

const FRESH = 'unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::int[], $7::text[], $8::timestamptz[]) AS f(person, event, system, purpose, version, outcome, applied_at)';

/** A later word replaces only that a message was parked. */
const KEEP = `
INSERT INTO acknowledgements AS a (ledger, person, event, system, purpose, version, outcome, applied_at, heard_at)
SELECT $1, f.person, f.event, f.system, f.purpose, f.version, f.outcome, f.applied_at, $9
FROM ${FRESH}
ORDER BY f.person, f.event, f.system
ON CONFLICT (ledger, person, event, system) DO UPDATE SET outcome = excluded.outcome, applied_at = excluded.applied_at, heard_at = excluded.heard_at
WHERE a.outcome = 'parked' AND excluded.outcome <> 'parked'`;
/** Whoever acted on a version has acted on those before it. */
const ACTED = `
UPDATE overdue o SET acted_at = f.applied_at
FROM ${FRESH}
WHERE o.ledger = $1 AND o.person = f.person AND o.system = f.system AND o.purpose = f.purpose AND o.version <= f.version
  AND o.acted_at IS NULL AND f.outcome <> 'parked'`;
const ANY_OPEN = 'SELECT EXISTS (SELECT FROM overdue WHERE ledger = $1 AND acted_at IS NULL) AS open';

/** The last word of each system on each event. */
function once(acks: readonly Ack[]): Ack[] {
  const last = new Map<string, Ack>();
  for (const ack of acks) {
    const key = `${ack.event} ${ack.system}`;
    const before = last.get(key);
    if (!before || before.outcome === 'parked') last.set(key, ack);
  }
  return [...last.values()];
}

/**
 * Keeps what systems said they did; repeats change nothing. That an event is none of a system's is not kept: it says nothing
 * about anybody, and most acknowledgements say it.
 */
export async function keepAcks(pool: Pool, ledger: number, acks: readonly Ack[]): Promise<number> {
  const kept = once(acks.filter(({ outcome }) => outcome !== 'not-mine'));
  if (kept.length === 0) return 0;
  const columns = [kept.map(({ person }) => person), kept.map(({ event }) => event), kept.map(({ system }) => system), kept.map(({ purpose }) => purpose), kept.map(({ version }) => version), kept.map(({ outcome }) => outcome), kept.map(({ appliedAt }) => appliedAt)];
  const { rowCount } = await pool.query({ name: 'keep-acks', text: KEEP, values: [ledger, ...columns, new Date()] });
  const { rows } = await pool.query<{ open: boolean }>({ name: 'any-overdue', text: ANY_OPEN, values: [ledger] });
  if (rows[0]?.open) await pool.query({ name: 'acted', text: ACTED, values: [ledger, ...columns] });
  return rowCount ?? 0;
}
