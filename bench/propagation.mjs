// How fast the live page's numbers are read: `npm run build && node bench/propagation.mjs [acknowledgements]`. A PostgreSQL of
// its own; the rows (1,000,000 by default, of the last day, by three systems) are made by SQL; limit: 100 ms for a window.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const built = (file) => import(new URL(`../dist/${file}`, import.meta.url));
const [{ startPostgres }, { freshLedger }, { createPool, KEYED_LOOKUPS }, { addSystem, readDelays }] = await Promise.all(
  ['libs/servers/src/index.js', 'libs/testing/src/index.js', 'libs/database/src/index.js', 'libs/propagation/src/index.js'].map(built),
);
const wanted = Number(process.argv[2] ?? 1_000_000);
const folder = await mkdtemp(join(tmpdir(), 'samtycke-propagation-'));
const server = await startPostgres({ dataDir: join(folder, 'postgres') });
process.env.TEST_DATABASE_URL = server.address;
const DAY_MS = 24 * 3_600_000;
const FILL = [
  `INSERT INTO events SELECT 1, p, 'newsletter', 1, 1, p, 0, p, 'consent-withdrawn', t, t, '\\x00' FROM (SELECT gen_random_uuid() AS p, now() - n * interval '1 day' / $1 AS t FROM generate_series(1, $1::int) n) g`,
  `INSERT INTO leaves SELECT 1, 100000 + row_number() OVER (ORDER BY recorded_at), person, 1, person, '\\x00' FROM events WHERE type = 'consent-withdrawn' AND $1 > 0`,
  `INSERT INTO acknowledgements SELECT 1, person, person, system, 'newsletter', 1, 'applied', recorded_at + interval '20 milliseconds', recorded_at FROM events, unnest(ARRAY['newsletter', 'analytics', 'portal']) system WHERE type = 'consent-withdrawn' AND $1 > 0`,
  `INSERT INTO delays SELECT 1, step, to_timestamp(floor(extract(epoch FROM recorded_at) / step) * step), system, false, 40 + (('x' || substr(person::text, 1, 4))::bit(16)::int % 30), count(*), 500, max(recorded_at)
   FROM events, unnest(ARRAY['newsletter', 'analytics', 'portal']) system, unnest(ARRAY[10, 300]) step WHERE type = 'consent-withdrawn' AND $1 > 0 GROUP BY 1, 2, 3, 4, 5, 6`,
  `INSERT INTO overdue SELECT 1, person, event, 'portal', purpose, version, recorded_at, recorded_at FROM events WHERE type = 'consent-withdrawn' AND $1 > 0 LIMIT 20000`,
];
try {
  const fresh = await freshLedger();
  const started = performance.now();
  const people = Math.ceil(wanted / 3);
  for (const id of ['newsletter', 'analytics', 'portal']) await addSystem(fresh.pool, fresh.id, { id, deadlineMs: 5_000 });
  for (const text of FILL) await fresh.pool.query(text, [people]);
  await fresh.pool.query(`UPDATE systems SET checked = (SELECT max(idx) - 1000 FROM leaves)`);
  await fresh.pool.query('VACUUM ANALYZE');
  const { rows } = await fresh.pool.query('SELECT (SELECT count(*) FROM acknowledgements) AS acks, (SELECT count(*) FROM delays) AS delays');
  console.log(`${rows[0].acks} acknowledgements, ${rows[0].delays} rows of delays made in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  const pool = createPool({ url: fresh.url, name: 'bench', max: 10, settings: { ...KEYED_LOOKUPS, role: 'samtycke_api' } });
  for (const minutes of [15, 60, 360, 1_440]) {
    const times = [];
    let report;
    for (let run = 0; run < 20; run += 1) {
      const from = performance.now();
      report = await readDelays(pool, fresh.id, { since: new Date(Date.now() - (minutes / 1_440) * DAY_MS), until: new Date() });
      times.push(performance.now() - from);
    }
    times.sort((one, other) => one - other);
    console.log(`${minutes} min (${report.systems[0].acted} withdrawals each, ${report.systems[0].steps.length} steps): median ${times[10].toFixed(0)} ms, slowest ${times[19].toFixed(0)} ms`);
  }
  await pool.end();
  await fresh.close();
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
