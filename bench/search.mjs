// How fast consents are counted and paged: `npm run build && node bench/search.mjs [rows]`. A PostgreSQL of its own; the rows
// (5,000,000 by default) are made by SQL: half of them under one version of a text.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const built = (file) => import(new URL(`../dist/${file}`, import.meta.url));
const [{ startPostgres }, { freshLedger }, { createPool, KEYED_LOOKUPS }, { countGrants, searchGrants }] = await Promise.all(
  ['libs/servers/src/index.js', 'libs/testing/src/index.js', 'libs/database/src/index.js', 'libs/transfer/src/index.js'].map(built),
);
const wanted = Number(process.argv[2] ?? 5_000_000);
const folder = await mkdtemp(join(tmpdir(), 'samtycke-search-'));
const server = await startPostgres({ dataDir: join(folder, 'postgres') });
process.env.TEST_DATABASE_URL = server.address;
const FILL = `
INSERT INTO grants SELECT 1, gen_random_uuid(), 'newsletter', 1, 'person', gen_random_uuid(), t, t, 'newsletter-signup', CASE WHEN n % 2 = 0 THEN '1.3' ELSE '1.2' END,
  (ARRAY['sv', 'da', 'en'])[1 + n % 3], 'newsletter-signup', 'form', (ARRAY['site-footer', 'checkout', 'event', 'phone'])[1 + n % 4], NULL,
  CASE WHEN n % 5 = 0 THEN t + interval '30 days' END, CASE WHEN n % 5 = 0 THEN 'consent-withdrawn person' END
FROM (SELECT n, timestamptz '2024-01-01' + n * interval '20 seconds' AS t FROM generate_series(1, $1::int) AS n) AS g`;
try {
  const fresh = await freshLedger();
  await fresh.pool.query('SET synchronous_commit = off');
  const began = performance.now();
  // The wide index is made once, over all rows: kept up row by row it would be most of the time.
  const { rows: [{ indexdef }] } = await fresh.pool.query(`SELECT indexdef FROM pg_indexes WHERE indexname = 'grants_search'`);
  await fresh.pool.query('DROP INDEX grants_search');
  await fresh.pool.query(FILL, [wanted]);
  await fresh.pool.query(indexdef);
  await fresh.pool.query('VACUUM ANALYZE grants');
  console.log(`${wanted} rows made in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  const pool = createPool({ url: fresh.url, name: 'bench', max: 2, settings: { ...KEYED_LOOKUPS, role: 'samtycke_api' } });
  const now = '2027-01-01T00:00:00.000000Z';
  const all = { purpose: 'newsletter', notice: 'newsletter-signup', version: '1.3' };
  const filters = { 'all under a version': all, 'that hold': { ...all, valid: true }, 'of a month': { ...all, from: '2025-03-01T00:00:00.000000Z', to: '2025-04-01T00:00:00.000000Z' }, 'in Swedish at one point': { ...all, locale: 'sv', point: 'event' } };
  for (const [name, filter] of Object.entries(filters)) {
    const times = [];
    let counted;
    for (let run = 0; run < 5; run += 1) {
      const started = performance.now();
      counted = await countGrants(pool, 1, filter, now);
      times.push(performance.now() - started);
    }
    console.log(`count ${name}: ${counted.count}, ${counted.valid} hold: ${times.sort((one, other) => one - other)[2].toFixed(0)} ms`);
  }
  let cursor;
  const pages = [];
  for (let page = 0; page < 200; page += 1) {
    const started = performance.now();
    ({ next: cursor } = await searchGrants(pool, 1, all, { cursor, limit: 100, now }));
    pages.push(performance.now() - started);
  }
  console.log(`a page of 100: ${pages.sort((one, other) => one - other)[100].toFixed(1)} ms`);
  await pool.end();
  await fresh.close();
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
