import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Systems that are told over HTTP, what each has yet to be told, how that went, and which breaches an alarm has told. */
export class Webhooks1000000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE webhooks (
      ledger smallint NOT NULL, system text NOT NULL, url text NOT NULL, state text NOT NULL, secret text NOT NULL,
      old_secret text, old_until timestamptz, next bigint NOT NULL, CONSTRAINT webhooks_pkey PRIMARY KEY (ledger, system))`);
    await runner.query(`CREATE TABLE webhook_queue (
      ledger smallint NOT NULL, system text NOT NULL, person uuid NOT NULL, idx bigint NOT NULL, event uuid NOT NULL, purpose text NOT NULL,
      version integer NOT NULL, erases boolean NOT NULL, state text NOT NULL, tries integer NOT NULL, first_at timestamptz, due_at timestamptz NOT NULL,
      problem text, outcome text, applied_at timestamptz,
      CONSTRAINT webhook_queue_pkey PRIMARY KEY (ledger, system, person, idx))`);
    await runner.query(`CREATE INDEX webhook_queue_due ON webhook_queue (ledger, system, due_at, idx) WHERE state = 'waiting'`);
    await runner.query(`CREATE INDEX webhook_queue_person ON webhook_queue (ledger, system, person, idx) WHERE state = 'waiting'`);
    await runner.query(`CREATE INDEX webhook_queue_unsaid ON webhook_queue (ledger, idx) WHERE state = 'delivered' OR state = 'given-up'`);
    await runner.query(`CREATE INDEX webhook_queue_parked ON webhook_queue (ledger, system, idx) WHERE state = 'given-up' OR state = 'parked'`);
    await runner.query(`CREATE TABLE webhook_counts (
      ledger smallint NOT NULL, system text NOT NULL, outcome text NOT NULL, deliveries bigint NOT NULL, seconds double precision NOT NULL, buckets bigint[] NOT NULL,
      CONSTRAINT webhook_counts_pkey PRIMARY KEY (ledger, system, outcome))`);
    await runner.query('ALTER TABLE overdue ADD COLUMN alarm text');
    await runner.query(`CREATE INDEX overdue_alarm ON overdue (ledger, acted_at) WHERE alarm IS NULL OR alarm = 'open'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX overdue_alarm');
    await runner.query('ALTER TABLE overdue DROP COLUMN alarm');
    for (const table of ['webhook_counts', 'webhook_queue', 'webhooks']) await runner.query(`DROP TABLE ${table}`);
  }
}
