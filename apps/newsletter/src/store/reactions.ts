import type { Pool } from 'pg';
import type { ConsumedEvent, ConsumedState, Transaction } from '#consumer';
import { WHOLE_PERSON } from '#contracts';

/** Something that changed who may be written to, and when this program had acted on it. */
export interface Reaction {
  event: string;
  type: string;
  reason: string | null;
  allowed: boolean;
  /** When the ledger recorded it. */
  recordedAt: Date;
  /** When it stood in this program's database. */
  appliedAt: Date;
}

const KEPT = 1_000;

/** Keeps what was applied, in the transaction that applies it, one statement for all. */
export async function keepReactions(events: readonly ConsumedEvent[], transaction: Transaction): Promise<void> {
  const own = events.filter(({ data }) => data.purpose === 'newsletter');
  if (own.length === 0) return;
  const text = `
    INSERT INTO newsletter.reactions (event, person, type, reason, allowed, recorded_at, applied_at)
    SELECT e.event, e.person, e.type, e.reason, e.allowed, e.recorded_at, clock_timestamp()
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::boolean[], $6::timestamptz[]) AS e (event, person, type, reason, allowed, recorded_at)
    ON CONFLICT (event) DO NOTHING`;
  const values = [
    own.map(({ id }) => id),
    own.map(({ data }) => data.person),
    own.map(({ type }) => type),
    own.map(({ data }) => data.reason ?? null),
    own.map(({ data }) => data.allowed ?? false),
    own.map(({ data }) => data.recordedAt),
  ];
  await transaction.query({ name: 'keep-reactions', text, values });
}

/** Everything about an erased person goes; of the issues he got, only their number stays. */
export const forgetPerson = ({ data }: ConsumedEvent, transaction: Transaction): Promise<void> => forget(data.person, transaction);

/** The same for those whose erasure was learnt from the state, without its event. */
export async function forgetLearnt(states: readonly ConsumedState[], transaction: Transaction): Promise<void> {
  for (const { person, purpose, erased } of states) if (purpose === WHOLE_PERSON && erased) await forget(person, transaction);
}

async function forget(person: string, transaction: Transaction): Promise<void> {
  await transaction.query('DELETE FROM newsletter.reactions WHERE person = $1', [person]);
  await transaction.query('DELETE FROM newsletter.locales WHERE person = $1', [person]);
  const sql = `
    WITH gone AS (DELETE FROM newsletter.recipients WHERE person = $1 RETURNING issue, state)
    UPDATE newsletter.issues i SET sent_to_erased = sent_to_erased + 1 FROM gone WHERE gone.issue = i.id AND gone.state = 'sent'`;
  await transaction.query(sql, [person]);
}

/** The latest first. */
export async function readReactions(pool: Pool, limit: number): Promise<Reaction[]> {
  const sql = `
    SELECT event, type, reason, allowed, recorded_at AS "recordedAt", applied_at AS "appliedAt"
    FROM newsletter.reactions ORDER BY applied_at DESC, event LIMIT $1`;
  const { rows } = await pool.query<Reaction>(sql, [limit]);
  return rows;
}

/** Removes all but the latest thousand. */
export async function pruneReactions(pool: Pool): Promise<void> {
  const sql = 'DELETE FROM newsletter.reactions WHERE applied_at < (SELECT applied_at FROM newsletter.reactions ORDER BY applied_at DESC OFFSET $1 LIMIT 1)';
  await pool.query(sql, [KEPT]);
}
