import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when a system acts on each purpose, where that is not when it was registered; a deadline of thirty days is more milliseconds than an integer holds. */
export class PurposesBegun1000000000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE systems ADD COLUMN begun jsonb, ALTER COLUMN deadline_ms TYPE bigint');
    await runner.query('ALTER TABLE canary_results ALTER COLUMN after_ms TYPE bigint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE canary_results ALTER COLUMN after_ms TYPE integer USING least(after_ms, 2147483647)');
    await runner.query('ALTER TABLE systems ALTER COLUMN deadline_ms TYPE integer USING least(deadline_ms, 2147483647), DROP COLUMN begun');
  }
}
