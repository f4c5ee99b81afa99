import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A pause and what stands longer, a restriction or an override, have a timer each. Where a pause had taken the other's place
 * before, `samtycke replay --swap` puts the lost one back.
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
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM timers t WHERE kind = 'stand' AND EXISTS (SELECT FROM timers o WHERE o.ledger = t.ledger AND o.person = t.person AND o.purpose = t.purpose AND o.kind = 'pause')`);
    await runner.query('ALTER TABLE timers DROP CONSTRAINT timers_pkey, ADD CONSTRAINT timers_pkey PRIMARY KEY (ledger, person, purpose)');
    await runner.query('ALTER TABLE timers DROP COLUMN kind');
  }
}
