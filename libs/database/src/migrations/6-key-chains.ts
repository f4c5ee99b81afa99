import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Where each chain of keys stands, read by the very statements that use its keys; and under how many keys each look-up
 * lies (one, for those that stand: nothing was ever rotated).
 */
export class KeyChains1000000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE key_chains (
      ledger smallint NOT NULL, chain text NOT NULL, phase integer NOT NULL, key text NOT NULL,
      CONSTRAINT key_chains_pkey PRIMARY KEY (ledger, chain))`);
    for (const table of ['identifiers', 'suppressions']) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN generation smallint NOT NULL DEFAULT 1`);
      await runner.query(`ALTER TABLE ${table} ALTER COLUMN generation DROP DEFAULT`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['identifiers', 'suppressions']) await runner.query(`ALTER TABLE ${table} DROP COLUMN generation`);
    await runner.query('DROP TABLE key_chains');
  }
}
