import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The newest override of each stream and the newest restriction of each person that still stand and were given an end. */
const STANDING = `
INSERT INTO timers (ledger, person, purpose, kind, event, until)
SELECT e.ledger, e.person, e.purpose, 'stand', e.event, (convert_from(e.bytes, 'UTF8')::json -> 'fact' ->> 'until')::timestamptz
FROM (SELECT DISTINCT ON (ledger, person, purpose) * FROM events
  WHERE type = 'objection-lifted' OR (type = 'processing-restricted' AND purpose = '~person') ORDER BY ledger, person, purpose, version DESC) e
LEFT JOIN heads h ON h.ledger = e.ledger AND h.person = e.person AND h.purpose = e.purpose
LEFT JOIN persons p ON p.ledger = e.ledger AND p.person = e.person
WHERE convert_from(e.bytes, 'UTF8')::json -> 'fact' ->> 'until' IS NOT NULL
  AND CASE WHEN e.purpose = '~person' THEN p.state::json ->> 'restrictedSince' IS NOT NULL
    ELSE coalesce(h.state::json -> 'chosen', h.state::json) ->> 'status' = 'objected' AND coalesce(h.state::json -> 'chosen', h.state::json) ->> 'allowed' = 'true' END
ON CONFLICT DO NOTHING`;

/**
 * A pause and what stands longer, a restriction or an override, have a timer each. Where a pause had taken the other's place
 * it comes back, and one whose time is over ends at the worker's next round.
 */
export class TimersByKind1000000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE timers ADD COLUMN kind text NOT NULL DEFAULT 'pause'`);
    await runner.query('ALTER TABLE timers ALTER COLUMN kind DROP DEFAULT');
    await runner.query(`UPDATE timers t SET kind = 'stand' FROM events e
      WHERE e.ledger = t.ledger AND e.person = t.person AND e.event = t.event AND e.type IN ('processing-restricted', 'objection-lifted')`);
    await runner.query(`DELETE FROM timers t USING events e
      WHERE e.ledger = t.ledger AND e.person = t.person AND e.event = t.event AND e.type = 'processing-restricted' AND t.purpose <> '~person'`);
    await runner.query('ALTER TABLE timers DROP CONSTRAINT timers_pkey, ADD CONSTRAINT timers_pkey PRIMARY KEY (ledger, person, purpose, kind)');
    await runner.query(STANDING);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM timers t WHERE kind = 'stand' AND EXISTS (SELECT FROM timers o WHERE o.ledger = t.ledger AND o.person = t.person AND o.purpose = t.purpose AND o.kind = 'pause')`);
    await runner.query('ALTER TABLE timers DROP CONSTRAINT timers_pkey, ADD CONSTRAINT timers_pkey PRIMARY KEY (ledger, person, purpose)');
    await runner.query('ALTER TABLE timers DROP COLUMN kind');
  }
}
