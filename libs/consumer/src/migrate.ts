import type pg from 'pg';

/**
 * The tables of a consumer, in a schema of their own. Systems may read them, join them and lock their rows (an insert
 * that selects from `consent_state` FOR SHARE cannot outlive a withdrawal); only the consumer writes.
 */
const STEPS: readonly string[] = [
  `
  CREATE TABLE samtycke_consumer.consent_state (
    person uuid NOT NULL,
    purpose text NOT NULL,
    kind text NOT NULL,
    version integer NOT NULL,
    seq integer NOT NULL,
    allowed boolean NOT NULL,
    status text,
    basis text,
    reason text,
    channels text[],
    partners text[],
    preferences jsonb,
    valid_until timestamptz,
    since timestamptz,
    recorded_at timestamptz,
    applied_at timestamptz NOT NULL,
    parked_version integer NOT NULL DEFAULT 0,
    PRIMARY KEY (person, purpose)
  );
  CREATE INDEX consent_state_by_purpose ON samtycke_consumer.consent_state (purpose, person) WHERE allowed;
  CREATE TABLE samtycke_consumer.persons (
    person uuid PRIMARY KEY,
    kind text NOT NULL,
    version integer NOT NULL,
    seq integer NOT NULL,
    restricted boolean NOT NULL,
    erased boolean NOT NULL,
    suppressed boolean NOT NULL,
    merged_into uuid,
    paused_until timestamptz,
    recorded_at timestamptz,
    applied_at timestamptz NOT NULL,
    parked_version integer NOT NULL DEFAULT 0
  );
  CREATE TABLE samtycke_consumer.positions (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
  );
  CREATE TABLE samtycke_consumer.meta (key text PRIMARY KEY, value jsonb NOT NULL);
  INSERT INTO samtycke_consumer.meta (key, value) VALUES ('writable', '0');
  `,
];

const MIGRATION_LOCK = 0x5a_3c_01;

/**
 * Makes the consumer's tables in the system's database, or brings them up to date; running it again changes nothing.
 * Several instances may call it at once. Throws what the database throws.
 */
export async function migrateConsumer(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query('CREATE SCHEMA IF NOT EXISTS samtycke_consumer');
    await client.query('CREATE TABLE IF NOT EXISTS samtycke_consumer.steps (step integer PRIMARY KEY)');
    const { rows } = await client.query<{ done: number }>('SELECT count(*)::int AS done FROM samtycke_consumer.steps');
    for (const [index, sql] of STEPS.slice(rows[0]?.done ?? 0).entries()) {
      await client.query(sql);
      await client.query('INSERT INTO samtycke_consumer.steps (step) VALUES ($1)', [(rows[0]?.done ?? 0) + index + 1]);
    }
    await client.query('COMMIT');
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}
