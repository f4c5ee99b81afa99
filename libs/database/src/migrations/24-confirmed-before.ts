import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of the days before confirmations were counted: as many as could have been, since a yes to a text that was signed up for comes by its mail. */
const FILL = `
INSERT INTO notice_counts (ledger, day, source, point, notice, version, locale, what, count)
SELECT ledger, day, source, point, notice, version, locale, 'confirmed', least(r.count, a.count)
FROM notice_counts r JOIN notice_counts a USING (ledger, day, source, point, notice, version, locale)
WHERE r.what = 'requested' AND a.what = 'accepted' AND least(r.count, a.count) > 0
ON CONFLICT ON CONSTRAINT notice_counts_pkey DO NOTHING`;

/** What people answered on days of before stays what it was, now that confirmations stand by themselves. */
export class ConfirmedBefore1000000000024 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FILL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM notice_counts WHERE what = 'confirmed'`);
  }
}
