import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far the import of a file is; the file stands for itself by a keyed hash. */
export class Imports1000000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE imports (
      ledger smallint NOT NULL, file bytea NOT NULL, system text NOT NULL, started_by text NOT NULL, runner uuid NOT NULL,
      started_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, finished_at timestamptz,
      done bigint NOT NULL, reserved bigint NOT NULL, applied bigint NOT NULL, late bigint NOT NULL,
      unchanged bigint NOT NULL, refused bigint NOT NULL, CONSTRAINT imports_pkey PRIMARY KEY (ledger, file))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE imports');
  }
}
