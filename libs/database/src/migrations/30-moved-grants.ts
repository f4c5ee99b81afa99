import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The worker notes consents that came by a merge or a split, too: where there are any, it goes through the log once more, which changes nothing of what is noted already. */
const MOVED = `SELECT DISTINCT ledger FROM events WHERE purpose = '~person' AND type IN ('person-merged', 'person-split')`;

export class MovedGrants1000000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE leases SET next = 0 WHERE role = 'grants' AND ledger IN (${MOVED})`);
  }

  /** An older worker goes on from there. */
  async down(): Promise<void> {}
}
