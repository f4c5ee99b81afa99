// `npm run bench`: everything in one run, on one PostgreSQL with fsync on, as ratios of what the machine itself can do.
import { execFileSync, fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';

const root = join(import.meta.dirname, '..');
execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), '--quiet']);
const { startProduct } = await import('./product.mjs');
const { limit } = await import('./limit.mjs');
const { load, post } = await import('./load.mjs');
const { population } = await import('./people.mjs');
const { split } = await import('./cpu.mjs');
const { delays } = await import('./delay.mjs');
const { roomsOf } = await import('./profile.mjs');

const { values } = parseArgs({ options: { people: { type: 'string', default: '200000' }, seconds: { type: 'string', default: '15' }, keep: { type: 'boolean', default: false } } });
const people = Number(values.people);
const seconds = Number(values.seconds);
/** Which streams each system keeps. */
const KEEPS = { newsletter: `purpose = 'newsletter'`, analytics: `purpose IN ('statistics', 'analytics-segmentation')`, portal: `purpose NOT LIKE '~%'` };
const SYSTEMS = Object.keys(KEEPS);
const say = (text) => console.log(`${new Date().toISOString().slice(11, 19)}  ${text}`);
const n = (value, digits = 0) => value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });

/** Connections to each database, held: a new one for each look took half a core from those that were looked at. */
const pools = new Map();

async function rowsOf(url, text, values) {
  if (!pools.has(url)) pools.set(url, new pg.Pool({ connectionString: url, max: 4, idleTimeoutMillis: 0 }));
  const { rows } = await pools.get(url).query(text, values);
  return rows;
}

const endConnections = () => Promise.all([...pools.values()].map((pool) => pool.end()));

/** The newest changes in the log: as many as the busiest partition may still owe a system. */
const NEWEST = 2_000;

const waits = async (product) => {
  const [{ waiting }] = await rowsOf(product.ledgerUrl, `SELECT (SELECT count(*) FROM outbox) + (SELECT next FROM leases WHERE role = 'relay') - (SELECT next FROM leases WHERE role = 'publisher') AS waiting`);
  return Number(waiting) !== 0;
};

/** Whether every system has the newest changes: a look by keys, since the sums of all rows take longer than what is measured. */
async function hasNewest(product) {
  const newest = await rowsOf(product.ledgerUrl, `SELECT person, purpose, version FROM leaves JOIN events USING (ledger, person, seq) WHERE idx >= (SELECT max(idx) FROM leaves) - ${NEWEST}`);
  const values = ['person', 'purpose', 'version'].map((column) => newest.map((row) => row[column]));
  const missing = (name) => rowsOf(product.urls[name], `SELECT 1 FROM unnest($1::uuid[], $2::text[], $3::int[]) w(person, purpose, version) WHERE w.${KEEPS[name]} AND NOT EXISTS (SELECT FROM samtycke_consumer.consent_state s WHERE s.person = w.person AND s.purpose = w.purpose AND s.version >= w.version LIMIT 1) LIMIT 1`, values);
  return (await Promise.all(SYSTEMS.map(missing))).every((rows) => rows.length === 0);
}

async function isLevel(product) {
  const versions = (url, table, where) => rowsOf(url, `SELECT coalesce(sum(version), 0) AS sum FROM ${table} WHERE ${where}`).then(([{ sum }]) => sum);
  const level = await Promise.all(SYSTEMS.map(async (name) => (await versions(product.urls[name], 'samtycke_consumer.consent_state', KEEPS[name])) === (await versions(product.ledgerUrl, 'heads', KEEPS[name]))));
  return !level.includes(false);
}

/** Milliseconds until nothing waits: outbox, relay, and every system at the ledger's versions. Looks seldom while much is missing. */
async function drain(product) {
  const begin = performance.now();
  for (;;) {
    while ((await waits(product)) || !(await hasNewest(product))) {
      const passed = performance.now() - begin;
      if (passed > 240_000) throw new Error('the systems do not come level with the ledger');
      await sleep(Math.min(10 + passed / 50, 500));
    }
    const took = performance.now() - begin;
    if (await isLevel(product)) return took;
  }
}

async function echo() {
  const child = fork(join(root, 'dist/bench/echo.js'), { env: { ...process.env, NODE_ENV: 'production' } });
  const { port } = await new Promise((resolve) => child.once('message', resolve));
  const body = { subject: { email: 'person.1@bench.example' }, purpose: 'newsletter' };
  const result = await load({ port, seconds: seconds / 2, warmUp: 3, next: () => post('/echo', 'x', body) });
  child.disconnect();
  return result;
}

async function profiled(product, writing) {
  const folder = await mkdtemp(join(tmpdir(), 'samtycke-profile-'));
  await product.end('api');
  await product.start('api', { execArgv: ['--cpu-prof', `--cpu-prof-dir=${folder}`], processes: 1 });
  await load({ port: product.port, seconds: seconds / 2, warmUp: 3, next: writing });
  await product.end('api');
  const rooms = roomsOf(folder);
  await rm(folder, { recursive: true });
  await product.start('api');
  return rooms;
}

/** As `npm start` does it: half of the cores are the api's, where all else runs beside it. */
const besideOthers = Math.max(1, Math.floor(cpus().length / 2));
/** Seconds at 500 changes a second. On fresh programs most of the time goes into the compilers of V8 and the JVM. */
const WARM_UP = 45;

const product = await startProduct();
try {
  const folk = population({ people, known: Math.floor(people * 0.9) });
  const key = product.keys['consents:write'];
  const writing = () => post('/v1/consents', key, folk.next());
  const checking = () => post('/v1/check', product.keys['consents:read'], folk.check());
  await product.start('api');
  say(`seeding ${n(people * 0.9)} people through the api`);
  const seed = folk.seed();
  const seeded = await load({ port: product.port, next: () => { const body = seed(); return body && post('/v1/consents', key, body); } });
  await rowsOf(product.ledgerUrl, 'VACUUM ANALYZE');
  say(`seeded at ${n(seeded.perSecond)} a second; (a) the limit`);
  const before = await limit(product.ledgerUrl, seconds);
  say(`${before.tool}: ${n(before.perSecond)}; (b) POST /v1/consents, the api alone`);
  const alone = await split(product.processes(), () => load({ port: product.port, seconds, warmUp: 3, next: writing }));
  say(`${n(alone.result.perSecond)}; (d) /v1/check and a bare echo`);
  const checks = await load({ port: product.port, seconds: seconds / 2, warmUp: 3, next: checking });
  const bare = await echo();
  say(`${n(checks.perSecond)} and ${n(bare.perSecond)}; (a) again`);
  const after = await limit(product.ledgerUrl, seconds);
  say(`${n(after.perSecond)}; a profile of the api`);
  const rooms = await profiled(product, writing);
  say('Kafka, relay, worker and three systems start, and come level');
  await product.end('api');
  await product.start('api', { processes: besideOthers });
  await product.startKafka();
  for (const name of ['relay', 'worker', ...SYSTEMS]) await product.start(name);
  const caughtUp = await drain(product);
  say(`level after ${n(caughtUp / 1000, 1)} s; ${WARM_UP} s for ten programs to compile what they run`);
  const atRate = (rate, span, arrivals = false) => delays({ port: product.port, key, brokers: product.kafka(), systems: SYSTEMS, rate, seconds: span, arrivals, next: () => folk.next() });
  await atRate(500, WARM_UP);
  say('(b) with everything on');
  const all = await split(product.processes(), () => load({ port: product.port, seconds, warmUp: 10, next: writing }));
  const left = await drain(product);
  say(`${n(all.result.perSecond)}, level ${n(left)} ms after the load; (c) delay at 500 a second`);
  const delay = await atRate(500, seconds * 2);
  say(`p50 ${delay.first.p50} ms, p99 ${delay.first.p99} ms; the same with a consumer that looks when an event arrives`);
  const looked = await atRate(500, seconds, true);
  say(`to Kafka ${looked.kafka.p50} and ${looked.kafka.p99} ms; (e) at 1,000 a second`);
  const faster = await atRate(1_000, seconds, true);
  say(`to Kafka ${faster.kafka.p50} and ${faster.kafka.p99} ms, to all systems ${faster.all.p50} and ${faster.all.p99} ms`);
  await drain(product);

  const top = (before.perSecond + after.perSecond) / 2;
  const ratio = (value, mark) => n(value / mark, 2);
  const cpuTable = ({ result, cpu }, warmUp) => Object.entries(cpu).map(([name, used]) => `| ${name} | ${n((used / (result.seconds + warmUp)) * 100)} % | ${n((used / (result.perSecond * (result.seconds + warmUp))) * 1e6)} µs |`).join('\n');
  const statuses = ({ statuses: by, errors }) => `${Object.entries(by).map(([status, count]) => `${n(count)} × ${status}`).join(', ')}${errors ? `, ${errors} broken connections` : ''}`;
  const text = `# Results

\`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} cores (${cpus()[0].model.trim()}), ${n(totalmem() / 2 ** 30)} GiB, Node ${process.version}, PostgreSQL 18 with fsync and
synchronous_commit on, load generator on the same machine, ${n(people)} people × 10 purposes. Machines differ: read the ratios.

| | what | a second | p50 | p99 | ratio | aim |
|---|---|---|---|---|---|---|
| a | ${before.tool}: insert a 700-byte event + upsert its head, one transaction, 32 clients (${n(before.perSecond)} before, ${n(after.perSecond)} after) | ${n(top)} | | | 1.00 | |
| b | POST /v1/consents, 64 connections, api alone (${statuses(alone.result)}) | ${n(alone.result.perSecond)} | ${n(alone.result.p50, 1)} ms | ${n(alone.result.p99, 1)} ms | ${ratio(alone.result.perSecond, top)} of a | 1.00 |
| b | the same with relay, worker and three systems on (${statuses(all.result)}) | ${n(all.result.perSecond)} | ${n(all.result.p50, 1)} ms | ${n(all.result.p99, 1)} ms | ${ratio(all.result.perSecond, top)} of a | 0.40 |
| | every system level with the ledger after the load | ${n(left)} ms | | | | 1,000 ms |
| c | start of a POST to the newsletter's commit, at ${n(delay.perSecond)} changes a second (${n(delay.acknowledged)} of ${n(delay.sent)} acknowledged) | | ${delay.first.p50} ms | ${delay.first.p99} ms | | 15 and 60 ms |
| | the same to the commit of all three systems | | ${delay.all.p50} ms | ${delay.all.p99} ms | | |
| | from the ledger's time of the event to a consumer of the topic, in a run of its own | | ${looked.kafka.p50} ms | ${looked.kafka.p99} ms | | |
| e | the last two at ${n(faster.perSecond)} changes a second: all three systems (${n(faster.acknowledged)} of ${n(faster.sent)}) | | ${faster.all.p50} ms | ${faster.all.p99} ms | | p99 60 ms |
| e | and a consumer of the topic | | ${faster.kafka.p50} ms | ${faster.kafka.p99} ms | | 5 and 15 ms |
| d | POST /v1/check, 64 connections | ${n(checks.perSecond)} | ${n(checks.p50, 1)} ms | ${n(checks.p99, 1)} ms | ${ratio(checks.perSecond, bare.perSecond)} of the echo | 0.60 |
| | bare Nest + Fastify + ValidationPipe echo | ${n(bare.perSecond)} | ${n(bare.p50, 1)} ms | ${n(bare.p99, 1)} ms | 1.00 | |

A tenth of the requests in (b) are new people; each is a 201 with network and user agent sealed. From nothing the systems came level with
${n(people)} people's history in ${n(caughtUp / 1000, 1)} s. With everything on the api runs ${besideOthers} process${besideOthers === 1 ? '' : 'es'}, as \`npm start\` does
here, and the programs have been at work for ${WARM_UP} s before.

## Where the CPU goes: api alone
| process | of one core | a request |
|---|---|---|
${cpuTable(alone, 3)}

## Where the CPU goes: everything on
| process | of one core | a request |
|---|---|---|
${cpuTable(all, 10)}

## Where the api spends its time (self time of a CPU profile under the load of b)
| room | share |
|---|---|
${rooms.map(([room, share]) => `| ${room} | ${n(share * 100, 1)} % |`).join('\n')}
`;
  await writeFile(join(root, 'bench/RESULTS.md'), text);
  console.log(`\n${text}`);
} finally {
  await endConnections();
  await product.stop();
}
