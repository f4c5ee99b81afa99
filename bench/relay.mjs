// How fast the relay alone empties a full outbox, and then fills the topic of state again: `npm run build && node bench/relay.mjs
// [events] [people]`. PostgreSQL and Kafka of its own; nobody else runs. The relay's program starts when everything is written, and is
// timed until Kafka has acknowledged all. With fewer people than events each has a stream of several.
import { setTimeout as sleep } from 'node:timers/promises';
import { split } from './cpu.mjs';
import { startProduct } from './product.mjs';

const built = (file) => import(new URL(`../dist/${file}`, import.meta.url));
const [{ createPool, ledgerOf }, ledgers, { keyringPath, readKeyring }, { pendingRefills, requestRefill }] = await Promise.all(['libs/database/src/index.js', 'libs/ledger/src/index.js', 'libs/vault/src/index.js', 'libs/outbox/src/index.js'].map(built));
const { uuidv7, newHolderId } = ledgers;

const events = Number(process.argv[2] ?? 200_000);
const people = Number(process.argv[3] ?? events);
const AIM = 20_000;
const PAGE = 5_000;

/** Copies of one event's row and bytes for new people: what the relay reads is as long as a real change. */
const FILL = `
WITH model AS (SELECT * FROM events WHERE ledger = $1 AND type = 'notice-published' LIMIT 1), people AS (SELECT * FROM unnest($2::uuid[], $3::uuid[], $5::int[]) p(person, event, seq)),
written AS (
  INSERT INTO events (ledger, person, purpose, version, seq, request, ordinal, event, type, recorded_at, occurred_at, bytes)
  SELECT $1, p.person, 'newsletter', p.seq, p.seq, p.event, 0, p.event, 'consent-granted', m.recorded_at, m.occurred_at, convert_to(replace(replace(replace($4, '{person}', p.person::text), '{event}', p.event::text), '"{seq}"', p.seq::text), 'UTF8')
  FROM people p, model m RETURNING person, recorded_at, seq)
INSERT INTO outbox (ledger, recorded_at, person, seq) SELECT $1, recorded_at, person, seq FROM written`;

const product = await startProduct();
try {
  const pool = createPool({ url: product.ledgerUrl, name: 'bench', max: 3 });
  const { origin } = readKeyring(keyringPath(product.dataDir));
  const ledger = await ledgerOf(pool, origin);
  const at = ledgers.timeText(ledgers.nowMicros());
  const hash = '0'.repeat(64);
  const model = JSON.stringify({
    actor: { id: 'crm', key: newHolderId(), kind: 'system' }, after: { allowed: true, channels: ['email'], notice: { id: 'newsletter-signup', locale: 'sv', version: '1.3' }, since: at, status: 'given' },
    basis: 'eu-gdpr:A6-1-a', capture: { context: 'newsletter-signup', method: 'form', point: 'site-footer' }, controller: 'advansor', decision: 'grant', definition: hash, event: '{event}', evidence: { ip: hash, 'user-agent': hash },
    kind: 'person', ledger: origin, notice: { id: 'newsletter-signup', locale: 'sv', sha256: hash, version: '1.3' }, occurredAt: at, ordinal: 0, person: '{person}', purpose: 'newsletter', recordedAt: at, request: '{event}', seq: '{seq}', type: 'consent-granted', v: 1, version: '{seq}', via: 'email', viaId: newHolderId(),
  });
  const ids = Array.from({ length: people }, () => newHolderId());
  for (let from = 0; from < events; from += PAGE) {
    const some = Array.from({ length: Math.min(PAGE, events - from) }, (_, at) => from + at);
    await pool.query(FILL, [ledger, some.map((at) => ids[at % people]), some.map(() => uuidv7()), model, some.map((at) => Math.floor(at / people) + 1)]);
  }
  await pool.query('VACUUM ANALYZE');
  await product.startKafka();
  const waiting = async () => (await pool.query(`SELECT (SELECT count(*) FROM outbox)::int AS outbox, coalesce((SELECT max(idx) + 1 FROM leaves WHERE ledger = $1), 0)::int AS leaves, coalesce((SELECT next FROM leases WHERE ledger = $1 AND role = 'publisher'), 0)::int AS sent`, [ledger])).rows[0];
  const before = await waiting();
  await product.start('relay', { execArgv: process.env.PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.PROFILE}`] : [] });
  // The first page is not timed: producer and topics are made before it.
  let first = await waiting();
  while (first.sent === 0) [first] = [await waiting(), await sleep(5)];
  const begun = { at: performance.now(), ...first };
  const { result: now, cpu } = await split(product.processes(), async () => {
    let last = first;
    while (last.outbox > 0 || last.sent < last.leaves) [last] = [await waiting(), await sleep(20)];
    return last;
  });
  const seconds = (performance.now() - begun.at) / 1000;
  const sent = now.sent - begun.sent;
  console.log(`${sent.toLocaleString('en')} of ${(before.outbox).toLocaleString('en')} events sequenced and sent in ${seconds.toFixed(1)} s: ${Math.round(sent / seconds).toLocaleString('en')} a second (aim ${AIM.toLocaleString('en')}), ${Buffer.byteLength(model)} bytes each`);
  console.log(`CPU an event: ${Object.entries(cpu).map(([name, used]) => `${name} ${Math.round((used / sent) * 1e6)} µs`).join(', ')}`);
  const asked = performance.now();
  await requestRefill(pool, ledger, 'state');
  while ((await pendingRefills(pool, ledger)).length > 0) await sleep(20);
  const refilled = (performance.now() - asked) / 1000;
  console.log(`the topic of state filled again, of ${people.toLocaleString('en')} streams, in ${refilled.toFixed(1)} s: ${Math.round(now.sent / refilled).toLocaleString('en')} events of the log a second`);
  await pool.end();
} finally {
  await product.stop();
}
