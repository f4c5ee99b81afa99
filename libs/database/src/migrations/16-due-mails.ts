import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mails that have yet to leave, each with the event that it is about. */
export class DueMails1000000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE due_mails (
      ledger smallint NOT NULL, person uuid NOT NULL, kind text NOT NULL, reference uuid NOT NULL, seq integer NOT NULL, tries integer NOT NULL,
      due_at timestamptz NOT NULL, CONSTRAINT due_mails_pkey PRIMARY KEY (ledger, person, kind, reference))`);
    await runner.query('CREATE INDEX due_mails_due ON due_mails (ledger, due_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE due_mails');
  }
}
