import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the worker has passed the erasure already; one that it has yet to come to closes by itself, as whatever stands before it does. */
const CLOSE = `
UPDATE rights r SET closed_at = e.recorded_at, outcome = 'erased'
FROM events e
JOIN leaves l ON l.ledger = e.ledger AND l.person = e.person AND l.seq = e.seq
JOIN leases j ON j.ledger = e.ledger AND j.role = 'rights' AND l.idx < j.next
WHERE r.closed_at IS NULL AND e.ledger = r.ledger AND e.person = r.person AND e.purpose = '~person' AND e.type = 'person-erased'`;

/** An erasure closes what its person had asked for, from now on; here, what it left open. */
export class RightsOfErased1000000000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CLOSE);
  }

  /** What is closed stays so: an older worker opens none again. */
  async down(): Promise<void> {}
}
