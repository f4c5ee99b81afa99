import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Events that were sent to systems and that a database which was put back does not hold, and what was done about each. */
export class LostEvents1000000000027 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE lost_events (
      ledger smallint NOT NULL, person uuid NOT NULL, event uuid NOT NULL, purpose text NOT NULL, version integer NOT NULL, type text NOT NULL,
      recorded_at timestamptz NOT NULL, found_at timestamptz NOT NULL, outcome text NOT NULL,
      CONSTRAINT lost_events_pkey PRIMARY KEY (ledger, person, event))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE lost_events');
  }
}
