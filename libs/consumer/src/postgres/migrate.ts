import { runSteps } from './migrate-schema.js';
import type { Queries } from './queries.js';

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
  // What was read before its indices were noted is made up for by the state.
  `
  CREATE TABLE samtycke_consumer.log_seen (topic text PRIMARY KEY, seen int8multirange NOT NULL);
  DELETE FROM samtycke_consumer.meta WHERE key = 'learnt';
  `,
];

/** Makes the consumer's tables, or brings them up to date, in the caller's transaction. */
export const migrate = (queries: Queries): Promise<void> => runSteps(queries, { schema: 'samtycke_consumer', steps: STEPS });
