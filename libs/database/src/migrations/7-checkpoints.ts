import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The transparency log's signed checkpoints. */
export class Checkpoints1000000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE checkpoints (
      ledger smallint NOT NULL, size bigint NOT NULL, root bytea NOT NULL, signed_at timestamptz NOT NULL, note text NOT NULL,
      CONSTRAINT checkpoints_pkey PRIMARY KEY (ledger, size))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE checkpoints');
  }
}
