import type { Pool } from 'pg';
import { migrateSchema } from '#consumer';

const STEPS: readonly string[] = [
  `
  CREATE TABLE newsletter.issues (
    id uuid PRIMARY KEY,
    subject text NOT NULL,
    body text NOT NULL,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    sent_to_erased integer NOT NULL DEFAULT 0
  );
  CREATE INDEX issues_by_time ON newsletter.issues (created_at DESC);
  CREATE TABLE newsletter.recipients (
    issue uuid NOT NULL REFERENCES newsletter.issues (id),
    person uuid NOT NULL,
    mail uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'left-out')),
    reason text,
    attempts integer NOT NULL DEFAULT 0,
    next_try timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (issue, person)
  );
  CREATE INDEX recipients_open ON newsletter.recipients (next_try) WHERE state IN ('queued', 'sending');
  CREATE INDEX recipients_by_person ON newsletter.recipients (person);
  CREATE TABLE newsletter.reactions (
    event uuid PRIMARY KEY,
    person uuid NOT NULL,
    type text NOT NULL,
    reason text,
    allowed boolean NOT NULL,
    recorded_at timestamptz NOT NULL,
    applied_at timestamptz NOT NULL
  );
  CREATE INDEX reactions_by_time ON newsletter.reactions (applied_at DESC);
  CREATE INDEX reactions_by_person ON newsletter.reactions (person);
  `,
  `
  CREATE TABLE newsletter.locales (person uuid PRIMARY KEY, locale text NOT NULL);
  `,
  'ALTER TABLE newsletter.issues ADD COLUMN topic text, ADD COLUMN language text',
  // All who wait for an issue wait since the same moment: in the order in which they are taken.
  `
  CREATE INDEX recipients_turn ON newsletter.recipients (next_try, issue, person) WHERE state IN ('queued', 'sending');
  DROP INDEX newsletter.recipients_open;
  `,
  'ALTER TABLE newsletter.recipients ADD COLUMN put_off_at timestamptz',
];

/** Makes the newsletter's own tables, or brings them up to date. */
export const migrateNewsletter = (pool: Pool): Promise<void> => migrateSchema(pool, { schema: 'newsletter', steps: STEPS });
