import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The end that the newest restriction was given, of everybody who is restricted by it. */
const RESTRICTED_UNTIL = `
UPDATE persons p SET state = jsonb_set(p.state::jsonb, '{restrictedUntil}', to_jsonb(e.until))::text
FROM (SELECT DISTINCT ON (ledger, person) ledger, person, seq, convert_from(bytes, 'UTF8')::json -> 'fact' ->> 'until' AS until
  FROM events WHERE type = 'processing-restricted' AND purpose = '~person' ORDER BY ledger, person, seq DESC) e
WHERE p.ledger = e.ledger AND p.person = e.person AND e.until IS NOT NULL AND p.state::json ->> 'restrictedSince' IS NOT NULL
  AND NOT EXISTS (SELECT FROM events l WHERE l.ledger = e.ledger AND l.person = e.person AND l.purpose = '~person' AND l.type = 'restriction-lifted' AND l.seq > e.seq)`;
/** When a consent was given of which a part was taken back since: the day of its last grant. */
const GIVEN_AT = `
UPDATE heads h SET state = jsonb_set(h.state::jsonb, '{givenAt}', to_jsonb(g.given))::text
FROM (SELECT DISTINCT ON (ledger, person, purpose) ledger, person, purpose, version, convert_from(bytes, 'UTF8')::json -> 'after' ->> 'since' AS given
  FROM events WHERE type = 'consent-granted' ORDER BY ledger, person, purpose, version DESC) g
WHERE h.ledger = g.ledger AND h.person = g.person AND h.purpose = g.purpose AND g.given IS NOT NULL
  AND coalesce(h.state::json #>> '{chosen,status}', h.status) IN ('given', 'renewed')
  AND EXISTS (SELECT FROM events w WHERE w.ledger = g.ledger AND w.person = g.person AND w.purpose = g.purpose AND w.version > g.version AND w.type = 'consent-withdrawn')`;

/** Two members that states are folded with from now on, in states that are stored already. */
export class FoldedEnds1000000000017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(RESTRICTED_UNTIL);
    await runner.query(GIVEN_AT);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE persons SET state = (state::jsonb - 'restrictedUntil')::text WHERE state::jsonb ? 'restrictedUntil'`);
    await runner.query(`UPDATE heads SET state = (state::jsonb - 'givenAt')::text WHERE state::jsonb ? 'givenAt'`);
  }
}
