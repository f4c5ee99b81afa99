import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often texts were shown and how they were answered, and how often links in mails were opened: counts by day that name nobody. */
export class Statistics1000000000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE notice_counts (
      ledger smallint NOT NULL, day date NOT NULL, source text NOT NULL, point text NOT NULL, notice text NOT NULL, version text NOT NULL, locale text NOT NULL,
      what text NOT NULL, count bigint NOT NULL,
      CONSTRAINT notice_counts_pkey PRIMARY KEY (ledger, day, source, point, notice, version, locale, what)) WITH (fillfactor = 80)`);
    await runner.query(`CREATE TABLE link_counts (
      ledger smallint NOT NULL, day date NOT NULL, link text NOT NULL, what text NOT NULL, count bigint NOT NULL,
      CONSTRAINT link_counts_pkey PRIMARY KEY (ledger, day, link, what)) WITH (fillfactor = 80)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['link_counts', 'notice_counts']) await runner.query(`DROP TABLE ${table}`);
  }
}
