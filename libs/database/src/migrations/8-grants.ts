import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every consent that was given, by what it was given under: a projection of the log, for whoever searches. */
export class Grants1000000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE grants (
      ledger smallint NOT NULL, person uuid NOT NULL, purpose text NOT NULL, version integer NOT NULL, kind text NOT NULL, event uuid NOT NULL,
      granted_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL, notice text NOT NULL, notice_version text NOT NULL, locale text NOT NULL,
      context text, method text, point text, valid_until timestamptz, ended_at timestamptz, ended_by text,
      CONSTRAINT grants_pkey PRIMARY KEY (ledger, person, purpose, version))`);
    await runner.query(`CREATE INDEX grants_search ON grants (ledger, purpose, notice, notice_version, granted_at, person, version)
      INCLUDE (locale, context, point, valid_until, ended_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE grants');
  }
}
