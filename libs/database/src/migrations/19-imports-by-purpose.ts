import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A file may be imported for several purposes, each with a mapping of its own; what was begun before names neither. */
export class ImportsByPurpose1000000000019 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE imports ADD COLUMN purpose text NOT NULL DEFAULT '', ADD COLUMN mapping bytea`);
    await runner.query('ALTER TABLE imports ALTER COLUMN purpose DROP DEFAULT, DROP CONSTRAINT imports_pkey, ADD CONSTRAINT imports_pkey PRIMARY KEY (ledger, file, purpose)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM imports i WHERE EXISTS (SELECT FROM imports o WHERE o.ledger = i.ledger AND o.file = i.file AND o.purpose < i.purpose)`);
    await runner.query('ALTER TABLE imports DROP CONSTRAINT imports_pkey, ADD CONSTRAINT imports_pkey PRIMARY KEY (ledger, file)');
    await runner.query('ALTER TABLE imports DROP COLUMN mapping, DROP COLUMN purpose');
  }
}
