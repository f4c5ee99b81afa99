import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE INDEX heads_due ON heads (ledger, valid_until, person, purpose) WHERE valid_until IS NOT NULL`,
  `CREATE INDEX tokens_expires ON tokens (ledger, expires_at, hash)`,
  `CREATE TABLE notice_sweeps (
     ledger smallint NOT NULL, event uuid NOT NULL, swept_at timestamptz NOT NULL,
     CONSTRAINT notice_sweeps_pkey PRIMARY KEY (ledger, event))`,
];

/** What falls due by itself: consents that end, requests that lapse, notices that changed. */
export class Time1000000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const what of ['TABLE notice_sweeps', 'INDEX tokens_expires', 'INDEX heads_due']) await runner.query(`DROP ${what}`);
  }
}
