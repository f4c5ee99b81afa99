import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Erased people's identifiers, as keyed hashes; and the register of rights that were asked for, a projection of the log. */
export class People1000000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE suppressions (
      ledger smallint NOT NULL, lookup bytea NOT NULL, since timestamptz NOT NULL,
      CONSTRAINT suppressions_pkey PRIMARY KEY (ledger, lookup))`);
    await runner.query(`CREATE TABLE rights (
      ledger smallint NOT NULL, person uuid NOT NULL, event uuid NOT NULL, "right" text NOT NULL,
      asked_at timestamptz NOT NULL, due timestamptz NOT NULL, closed_at timestamptz, outcome text,
      CONSTRAINT rights_pkey PRIMARY KEY (ledger, person, event))`);
    await runner.query(`CREATE TABLE merges (
      ledger smallint NOT NULL, person uuid NOT NULL, into_person uuid NOT NULL,
      CONSTRAINT merges_pkey PRIMARY KEY (ledger, person))`);
    await runner.query('CREATE INDEX merges_into ON merges (ledger, into_person)');
    await runner.query(`CREATE TABLE timers (
      ledger smallint NOT NULL, person uuid NOT NULL, purpose text NOT NULL, event uuid NOT NULL, until timestamptz NOT NULL,
      CONSTRAINT timers_pkey PRIMARY KEY (ledger, person, purpose))`);
    await runner.query('CREATE INDEX timers_until ON timers (ledger, until)');
    await runner.query(`CREATE TABLE holds (
      ledger smallint NOT NULL, person uuid NOT NULL, id uuid NOT NULL, ground text NOT NULL, since timestamptz NOT NULL,
      until timestamptz, set_by text NOT NULL, CONSTRAINT holds_pkey PRIMARY KEY (ledger, person, id))`);
    await runner.query('CREATE INDEX rights_open ON rights (ledger, due) WHERE closed_at IS NULL');
    await runner.query('CREATE INDEX tokens_person ON tokens (ledger, person)');
    await runner.query('CREATE INDEX mails_person ON mails (ledger, person)');
    await runner.query('CREATE INDEX mail_links_person ON mail_links (ledger, person)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX mail_links_person');
    await runner.query('DROP INDEX mails_person');
    await runner.query('DROP INDEX tokens_person');
    await runner.query('DROP TABLE holds');
    await runner.query('DROP TABLE timers');
    await runner.query('DROP TABLE merges');
    await runner.query('DROP TABLE rights');
    await runner.query('DROP TABLE suppressions');
  }
}
