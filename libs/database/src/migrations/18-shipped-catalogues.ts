import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which catalogues came with Samtycke itself: only one of these gives way to a newer one that comes with it. */
export class ShippedCatalogues1000000000018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE shipped_catalogues (
      ledger smallint NOT NULL, sha256 text NOT NULL,
      CONSTRAINT shipped_catalogues_pkey PRIMARY KEY (ledger, sha256))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE shipped_catalogues');
  }
}
