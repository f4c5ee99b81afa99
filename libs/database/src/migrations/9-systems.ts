import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The systems that act on decisions, what they acknowledged, and what they should have. */
export class Systems1000000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE systems (
      ledger smallint NOT NULL, id text NOT NULL, purposes text[], deadline_ms integer NOT NULL, added_at timestamptz NOT NULL,
      checked bigint NOT NULL, CONSTRAINT systems_pkey PRIMARY KEY (ledger, id))`);
    await runner.query(`CREATE TABLE acknowledgements (
      ledger smallint NOT NULL, person uuid NOT NULL, event uuid NOT NULL, system text NOT NULL, purpose text NOT NULL, version integer NOT NULL, outcome text NOT NULL,
      applied_at timestamptz NOT NULL, heard_at timestamptz NOT NULL,
      CONSTRAINT acknowledgements_pkey PRIMARY KEY (ledger, person, event, system))`);
    await runner.query(`CREATE TABLE overdue (
      ledger smallint NOT NULL, person uuid NOT NULL, event uuid NOT NULL, system text NOT NULL, purpose text NOT NULL,
      version integer NOT NULL, due_at timestamptz NOT NULL, acted_at timestamptz,
      CONSTRAINT overdue_pkey PRIMARY KEY (ledger, person, event, system))`);
    await runner.query('CREATE INDEX overdue_open ON overdue (ledger, system) WHERE acted_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['overdue', 'acknowledgements', 'systems']) await runner.query(`DROP TABLE ${table}`);
  }
}
