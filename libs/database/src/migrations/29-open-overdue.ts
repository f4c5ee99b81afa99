import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a system has not acted on is sought person by person as well: by all of its key, not by looking at all that was ever late of a person. */
export class OpenOverdue1000000000029 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX overdue_open');
    await runner.query('CREATE INDEX overdue_open ON overdue (ledger, system, person, purpose, version) WHERE acted_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX overdue_open');
    await runner.query('CREATE INDEX overdue_open ON overdue (ledger, system) WHERE acted_at IS NULL');
  }
}
