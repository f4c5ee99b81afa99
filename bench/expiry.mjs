// How long the worker takes for consents that end all at once: `node scripts/build.mjs && node bench/expiry.mjs [number]`.
// A PostgreSQL of its own, devices that gave two consents thirteen months ago, and the worker's job with the rights of its role.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const built = (file) => import(new URL(`../dist/${file}`, import.meta.url));
const [{ startPostgres }, { freshLedger }, ledgers, { createPool, KEYED_LOOKUPS }, { expiry }] = await Promise.all(
  ['libs/servers/src/index.js', 'libs/testing/src/index.js', 'libs/ledger/src/index.js', 'libs/database/src/index.js', 'apps/worker/src/expiry.js'].map(built),
);
const { changeConsent, Ledger, newHolderId, nowMicros, timeText, uuidv7 } = ledgers;

const LIMIT_MS = 15_000;
const wanted = Number(process.argv[2] ?? 100_000);
const folder = await mkdtemp(join(tmpdir(), 'samtycke-expiry-'));
const server = await startPostgres({ dataDir: join(folder, 'postgres') });
process.env.TEST_DATABASE_URL = server.address;
try {
  const fresh = await freshLedger();
  const long = timeText(nowMicros() - 400 * 86_400_000_000);
  const wishes = ['statistics', 'site-improvement'].map((id) => ({ purpose: fresh.catalogue.purposes.get(id), decision: 'grant' }));
  const notice = fresh.catalogue.notices.get('cookies\n1.3\nsv');
  const give = () => changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [], device: { person: newHolderId(), kind: 'device' }, wishes, actor: { kind: 'system', id: 'bench' }, notice, evidence: { url: 'https://www.example.se/' }, occurredAt: long }));
  for (let at = 0; at < wanted; at += 4_000) await Promise.all(Array.from({ length: Math.min(2_000, Math.ceil((wanted - at) / 2)) }, give));
  await fresh.pool.query('ANALYZE');
  await fresh.pool.query('CHECKPOINT');
  const pool = createPool({ url: fresh.url, name: 'worker', max: 5, settings: { ...KEYED_LOOKUPS, role: 'samtycke_worker' } });
  const appender = new Ledger({ ...fresh.options, pool });
  const log = { error: console.error };
  const started = performance.now();
  const cpu = process.cpuUsage();
  const written = await expiry({ pool, ledger: fresh.id, appender, log, catalogue: async () => fresh.catalogue }).run({ leads: () => true, signal: new AbortController().signal });
  const took = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  console.log(`${written} expiries in ${(took / 1000).toFixed(1)} s (${Math.round((written / took) * 1000)}/s; limit ${LIMIT_MS / 1000} s for 100,000), ${((user + system) / 1e6).toFixed(1)} s of CPU in the worker`);
  await appender.close();
  await pool.end();
  await fresh.close();
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
