// How fast a ledger's tables are checked and replayed: `npm run build && node bench/audit.mjs [people]`. A PostgreSQL of its own
// with four events a person, three evidence items each, and the worker's registers. CPU is told apart, since PostgreSQL works beside the auditor.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';

const built = (file) => import(new URL(`../dist/${file}`, import.meta.url));
const [{ startPostgres }, { freshLedger }, ledgers, outbox, { createPool }, audit] = await Promise.all(
  ['libs/servers/src/index.js', 'libs/testing/src/index.js', 'libs/ledger/src/index.js', 'libs/outbox/src/index.js', 'libs/database/src/index.js', 'libs/audit/src/index.js'].map(built),
);
const [{ followWith }, { grantRegister }, { timerRegister }] = await Promise.all(['follow-log', 'grants', 'timers'].map((one) => built(`apps/worker/src/${one}.js`)));
const { changeConsent, newHolderId, uuidv7 } = ledgers;
const people = Number(process.argv[2] ?? 50_000);
const RUNS = Number(process.argv[3] ?? 5);
const folder = await mkdtemp(join(tmpdir(), 'samtycke-audit-'));
const server = await startPostgres({ dataDir: join(folder, 'postgres') });
process.env.TEST_DATABASE_URL = server.address;

async function fill(fresh) {
  const purpose = fresh.catalogue.purposes.get('newsletter');
  const notice = fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv');
  const capture = { context: 'newsletter-signup', method: 'form', point: 'site-footer' };
  const evidence = { address: '192.0.2.1', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)', url: 'https://www.example.se/' };
  const person = async () => {
    const holder = { person: newHolderId(), kind: 'person', via: { kind: 'email', id: newHolderId() } };
    for (const decision of ['grant', 'withdraw', 'grant', 'withdraw']) {
      await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [holder], wishes: [{ purpose, decision }], actor: { kind: 'system', id: 'crm', key: uuidv7() }, notice, capture, evidence }));
    }
  };
  for (let at = 0; at < people; at += 1_000) await Promise.all(Array.from({ length: Math.min(1_000, people - at) }, person));
  const { fencing } = await new outbox.Lease(fresh.pool, fresh.id, 'relay', newHolderId()).take();
  while ((await outbox.sequencePage(fresh.pool, fresh.id, fencing)).length > 0);
  await keepRegisters(fresh);
  await fresh.pool.query('VACUUM ANALYZE');
}

/** The worker's registers of consents and of ends, brought up to the log: a replay compares them, too. */
async function keepRegisters({ pool, id: ledger }) {
  const over = new AbortController();
  const { fencing } = await new outbox.Lease(pool, ledger, 'worker', newHolderId()).take();
  const options = { pool, ledger, log: pino({ level: 'silent' }) };
  const jobs = followWith(options, [timerRegister(options), grantRegister(options)]).run({ fencing, signal: over.signal, leads: () => true, end: () => over.abort() });
  const left = async () => Number((await pool.query(`SELECT (SELECT max(idx) + 1 FROM leaves) - min(next) AS n FROM leases WHERE role IN ('timers', 'grants')`)).rows[0].n);
  while ((await left()) !== 0) await sleep(50);
  over.abort();
  await jobs;
}

/** Seconds of CPU that the server's processes of this pool have used. */
async function serverCpu(pool) {
  const { rows } = await pool.query(`SELECT pid FROM pg_stat_activity WHERE application_name = 'auditor'`);
  const used = await Promise.all(rows.map(async ({ pid }) => (await readFile(`/proc/${pid}/stat`, 'utf8')).split(' ').slice(13, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0)));
  return used.reduce((sum, one) => sum + one, 0);
}

try {
  const fresh = await freshLedger();
  await fill(fresh);
  const pool = createPool({ url: fresh.url, name: 'auditor', max: 4, settings: audit.AUDIT_SETTINGS });
  const world = await audit.readWorld(pool, fresh.id, fresh.keyring.origin);
  const base = { pool, ledger: fresh.id };
  let problems = 0;
  const problem = () => (problems += 1);
  const works = {
    'verify --database, events': (page) => audit.checkEvents({ ...base, world }, { problem, page }),
    'verify --database, indices': (page) => audit.checkLeaves({ ...base, witnesses: async function* () {} }, { problem, page }),
    'verify --database, evidence items': (page) => audit.checkEvidence({ ...base, origin: fresh.keyring.origin, keys: fresh.keys }, { problem, page }),
    replay: async (page) => (await audit.replay({ ...base, world, problem, page })).drop(),
  };
  /** As `samtycke replay` does it here: by the clock, since a thread's connections are gone when it is done. */
  const onThreads = async (page) => (await audit.replay({ ...base, world, problem, page, threads: { url: fresh.url, count: availableParallelism() } })).drop();
  for (const [name, work] of Object.entries(works)) {
    const results = [];
    for (let run = 0; run < RUNS; run += 1) {
      let rows = 0;
      const [began, cpu, other] = [performance.now(), process.cpuUsage(), await serverCpu(pool)];
      await work((count) => void (rows += count));
      const { user, system } = process.cpuUsage(cpu);
      results.push({ rate: Math.round((rows / (performance.now() - began)) * 1000), own: (user + system) / rows, server: (((await serverCpu(pool)) - other) * 1e6) / rows, rows });
    }
    const best = results.reduce((one, next) => (next.own < one.own ? next : one));
    console.log(`${name}: ${best.rows} in the run with the least CPU: ${best.rate} a second; ${best.own.toFixed(1)} µs of CPU each here (${Math.round(1e6 / best.own)} a second of one core), ${best.server.toFixed(1)} µs in PostgreSQL`);
  }
  const rates = [];
  for (let run = 0; run < RUNS; run += 1) {
    let rows = 0;
    const began = performance.now();
    await onThreads((count) => void (rows += count));
    rates.push(Math.round((rows / (performance.now() - began)) * 1000));
  }
  console.log(`replay on ${availableParallelism()} threads: ${Math.max(...rates)} a second in the quickest of ${RUNS} runs (${rates.join(', ')})`);
  if (problems > 0) throw new Error(`${problems} problems`);
  await pool.end();
  await fresh.close();
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
