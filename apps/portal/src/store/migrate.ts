import type { Pool } from 'pg';
import { migrateSchema } from '#consumer';

/** Each step runs once, in order. Steps are added, never changed. */
const STEPS: readonly string[] = [
  `
  CREATE TABLE portal.sessions (
    id bytea PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('email', 'customer')),
    value text NOT NULL,
    person uuid,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX sessions_by_end ON portal.sessions (expires_at);
  CREATE TABLE portal.decisions (
    person uuid NOT NULL,
    seq integer NOT NULL,
    purpose text NOT NULL,
    type text NOT NULL,
    reason text,
    status text,
    allowed boolean,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (person, seq)
  );
  CREATE TABLE portal.merged (
    person uuid PRIMARY KEY,
    into_person uuid NOT NULL
  );
  CREATE INDEX merged_by_target ON portal.merged (into_person);
  CREATE TABLE portal.waiting (
    key text PRIMARY KEY,
    owner bytea NOT NULL,
    purpose text NOT NULL,
    body jsonb NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    created_at timestamptz NOT NULL
  );
  CREATE INDEX waiting_by_owner ON portal.waiting (owner, number);
  `,
  `
  ALTER TABLE portal.decisions ADD COLUMN event uuid;
  `,
  `
  CREATE TABLE portal.acts (
    person uuid NOT NULL,
    event uuid NOT NULL,
    system text NOT NULL,
    state text NOT NULL,
    after_ms integer,
    PRIMARY KEY (person, event, system)
  );
  `,
  `
  CREATE TABLE portal.corrections (
    id bytea PRIMARY KEY,
    person uuid NOT NULL,
    email text NOT NULL,
    replaces uuid,
    expires_at timestamptz NOT NULL
  );
  `,
  `
  ALTER TABLE portal.sessions DROP CONSTRAINT sessions_kind_check;
  ALTER TABLE portal.sessions ADD CONSTRAINT sessions_kind_check CHECK (kind IN ('email', 'customer', 'portal'));
  ALTER TABLE portal.sessions ADD COLUMN shown text, ADD COLUMN id_token text, ADD COLUMN device text;
  CREATE TABLE portal.begun (
    state bytea PRIMARY KEY,
    browser bytea NOT NULL,
    nonce text NOT NULL,
    verifier text NOT NULL,
    expires_at timestamptz NOT NULL
  );
  CREATE TABLE portal.mail_asks (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    locale text NOT NULL,
    source text NOT NULL,
    asked_at timestamptz NOT NULL,
    next_try_at timestamptz
  );
  CREATE INDEX mail_asks_by_email ON portal.mail_asks (email, asked_at);
  CREATE INDEX mail_asks_by_source ON portal.mail_asks (source, asked_at);
  CREATE INDEX mail_asks_to_send ON portal.mail_asks (next_try_at) WHERE next_try_at IS NOT NULL;
  CREATE TABLE portal.mail_links (
    hash bytea PRIMARY KEY,
    ask uuid NOT NULL REFERENCES portal.mail_asks ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX mail_links_by_ask ON portal.mail_links (ask);
  `,
  `
  ALTER TABLE portal.begun ADD COLUMN source text NOT NULL DEFAULT '', ADD COLUMN used boolean NOT NULL DEFAULT false;
  CREATE INDEX begun_by_source ON portal.begun (source, expires_at);
  `,
  `
  ALTER TABLE portal.sessions ADD COLUMN stands boolean NOT NULL DEFAULT true;
  CREATE INDEX sessions_by_person ON portal.sessions (person) WHERE person IS NOT NULL;
  ALTER TABLE portal.corrections ADD COLUMN kind text, ADD COLUMN value text;
  CREATE TABLE portal.erasures (
    session bytea NOT NULL,
    key text NOT NULL,
    person uuid NOT NULL,
    begun_at timestamptz NOT NULL,
    PRIMARY KEY (session, key)
  );
  CREATE INDEX erasures_by_time ON portal.erasures (begun_at);
  `,
  `
  ALTER TABLE portal.waiting ADD COLUMN evidence jsonb NOT NULL DEFAULT '{}';
  `,
  `
  ALTER TABLE portal.decisions ADD COLUMN paused_until timestamptz;
  `,
  `
  ALTER TABLE portal.corrections ADD COLUMN session bytea, ADD COLUMN code text, ADD COLUMN wrong integer NOT NULL DEFAULT 0;
  ALTER TABLE portal.mail_asks ADD COLUMN correction bytea;
  `,
  `
  ALTER TABLE portal.sessions ADD COLUMN site text;
  `,
];

/** Makes the portal's own tables, or brings them up to date. */
export const migratePortal = (pool: Pool): Promise<void> => migrateSchema(pool, { schema: 'portal', steps: STEPS });
