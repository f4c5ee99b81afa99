import { expect, test } from '@jest/globals';
import { freshDatabase } from '#testing';
import { KNOWN } from './known.js';
import { openPool } from './open-pool.js';
import { migrateConsumer } from './pg-store.js';

const FILL = `
  WITH people AS (INSERT INTO samtycke_consumer.persons (person, kind, version, seq, restricted, erased, suppressed, applied_at)
    SELECT gen_random_uuid(), 'person', 1, 1, false, false, false, now() FROM generate_series(1, $1::int) RETURNING person)
  INSERT INTO samtycke_consumer.consent_state (person, purpose, kind, version, seq, allowed, applied_at)
  SELECT person, 'newsletter', 'person', 1, 1, true, now() FROM people`;

test.each([100, 1_000, 20_000])('what is known is sought by its key, whichever size its plan was made for: %i people', async (people) => {
  const database = await freshDatabase();
  const pool = openPool({ url: database.url, name: 'test' });
  try {
    await migrateConsumer(pool);
    await pool.query(FILL, [people]);
    await pool.query('ANALYZE');
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN (GENERIC_PLAN, COSTS OFF) ${KNOWN}`);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Index Scan using persons_pkey on persons\n *Index Cond: \(person = \w+\.person\)/);
    expect(plan).toMatch(/Index Scan using consent_state_pkey on consent_state\n *Index Cond: \(\(person = \w+\.person\) AND \(purpose = \w+\.purpose\)\)/);
    expect(plan).not.toMatch(/Seq Scan/);
  } finally {
    await pool.end();
    await database.drop();
  }
});
