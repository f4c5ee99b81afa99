import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An erasure asks of each of somebody's devices whether it is another's too: without an index it looked through all links. */
export class LinksByDevice1000000000028 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX links_device ON links (ledger, device)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX links_device');
  }
}
