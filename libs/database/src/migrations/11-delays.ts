import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How long systems took, as counts that name nobody; and the canary. */
export class Delays1000000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE delays (
      ledger smallint NOT NULL, step smallint NOT NULL, at timestamptz NOT NULL, system text NOT NULL, canary boolean NOT NULL, bucket smallint NOT NULL,
      count integer NOT NULL, slowest_ms bigint NOT NULL, last_at timestamptz NOT NULL,
      CONSTRAINT delays_pkey PRIMARY KEY (ledger, step, at, system, canary, bucket)) WITH (fillfactor = 80)`);
    await runner.query('CREATE INDEX overdue_due ON overdue (ledger, due_at)');
    await runner.query(`CREATE TABLE canaries (
      ledger smallint NOT NULL, person uuid NOT NULL, kind text NOT NULL, made_at timestamptz NOT NULL, CONSTRAINT canaries_pkey PRIMARY KEY (ledger, person))`);
    await runner.query(`CREATE TABLE canary_results (
      ledger smallint NOT NULL, system text NOT NULL, failing boolean NOT NULL, since timestamptz NOT NULL, tried_at timestamptz NOT NULL,
      after_ms integer, succeeded_at timestamptz, failures bigint NOT NULL, CONSTRAINT canary_results_pkey PRIMARY KEY (ledger, system))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX overdue_due');
    for (const table of ['canary_results', 'canaries', 'delays']) await runner.query(`DROP TABLE ${table}`);
  }
}
