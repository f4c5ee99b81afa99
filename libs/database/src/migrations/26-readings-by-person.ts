import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Readings are asked for by whom they were of: his own data, and `samtycke reads --person`. */
export class ReadingsByPerson1000000000026 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX reads_person ON reads (ledger, person, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX reads_person');
  }
}
