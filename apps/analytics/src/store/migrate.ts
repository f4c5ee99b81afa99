import type { Pool } from 'pg';
import { migrateSchema } from '#consumer';

/** Each step runs once, in order. Steps are added, never changed. */
const STEPS: readonly string[] = [
  `
  CREATE TABLE analytics.views (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device uuid NOT NULL,
    at timestamptz NOT NULL,
    path text NOT NULL,
    title text,
    referrer text
  );
  CREATE INDEX views_by_device ON analytics.views (device);
  CREATE INDEX views_by_time ON analytics.views (at);
  CREATE TABLE analytics.profiles (
    device uuid PRIMARY KEY,
    views integer NOT NULL,
    product_views integer NOT NULL,
    contact_views integer NOT NULL,
    days integer NOT NULL,
    last_day date NOT NULL
  );
  CREATE TABLE analytics.plain_counts (
    day date NOT NULL,
    path text NOT NULL,
    views bigint NOT NULL,
    PRIMARY KEY (day, path)
  );
  CREATE TABLE analytics.reactions (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    type text NOT NULL,
    purpose text NOT NULL,
    reason text,
    allowed boolean NOT NULL,
    views_deleted integer NOT NULL,
    profiles_deleted integer NOT NULL
  );
  CREATE TABLE analytics.totals (
    single boolean PRIMARY KEY CHECK (single),
    views_deleted bigint NOT NULL,
    devices_forgotten bigint NOT NULL
  );
  INSERT INTO analytics.totals VALUES (true, 0, 0);
  `,
];

/** Makes the system's own tables, or brings them up to date. */
export const migrateAnalytics = (pool: Pool): Promise<void> => migrateSchema(pool, { schema: 'analytics', steps: STEPS });
