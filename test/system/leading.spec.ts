import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { PoolClient } from 'pg';
import { freshLedger, freshTopics, until, type FreshLedger, type FreshTopics } from '#testing';
import { keyringPath } from '#vault';

/** How many connections the worker has for its jobs; of the relay's jobs fewer wait at once. */
const BUSY = { relay: 3, worker: 5 };
type Role = keyof typeof BUSY;

const folder = mkdtempSync(join(tmpdir(), 'samtycke-leading-'));
let fresh: FreshLedger;
let topics: FreshTopics;
let locking: PoolClient | undefined;
let child: ChildProcess | undefined;

beforeAll(async () => {
  fresh = await freshLedger();
  topics = freshTopics();
  await topics.create();
  writeFileSync(keyringPath(folder), JSON.stringify(fresh.keyring), { mode: 0o600 });
}, 60_000);
afterEach(async () => {
  locking?.release(true);
  locking = undefined;
  child?.kill('SIGKILL');
  await fresh.pool.query(`UPDATE leases SET expires_at = '-infinity' WHERE role IN ('relay', 'worker')`);
});
afterAll(async () => {
  await topics.drop();
  await fresh.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The lease as it stands, where somebody holds it. */
async function leaseOf(role: Role): Promise<{ fencing: string; until: string } | undefined> {
  const { rows } = await fresh.pool.query<{ fencing: string; until: string }>('SELECT fencing, expires_at::text AS until FROM leases WHERE role = $1 AND expires_at > clock_timestamp()', [role]);
  return rows[0];
}

/** The program as `npm start` runs it, once it leads. */
async function start(role: Role): Promise<ChildProcess> {
  const own = { NODE_OPTIONS: '', NODE_ENV: 'production', DATABASE_URL: fresh.url, SAMTYCKE_DATA: folder, KAFKA_BROKERS: topics.brokers, KAFKA_TOPIC_PREFIX: topics.prefix };
  child = spawn(process.execPath, [join(process.cwd(), `dist/apps/${role}/src/main.js`)], { env: { ...process.env, ...own }, stdio: 'ignore' });
  await until(() => leaseOf(role), { timeoutMs: 30_000, what: 'a leader' });
  return child;
}

/** Somebody holds every table but the leases, and the program's jobs wait for them. */
async function holdUp(role: Role): Promise<void> {
  const { rows } = await fresh.pool.query<{ names: string }>(`SELECT string_agg(quote_ident(tablename), ', ') AS names FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'leases'`);
  locking = await fresh.pool.connect();
  await locking.query(`BEGIN; LOCK TABLE ${rows[0]?.names} IN ACCESS EXCLUSIVE MODE`);
  const busy = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1 AND wait_event_type = 'Lock'`;
  await until(async () => ((await fresh.pool.query(busy, [`samtycke-${role}`])).rowCount ?? 0) >= BUSY[role], { timeoutMs: 30_000, what: 'jobs that wait' });
}

test('a worker whose jobs hold all of their connections, and wait, goes on leading', async () => {
  await start('worker');
  const before = await leaseOf('worker');
  await holdUp('worker');
  const seen = new Set<string>();
  await until(async () => {
    const lease = await leaseOf('worker');
    if (lease) seen.add(lease.until);
    return seen.size >= 8;
  }, { timeoutMs: 8_000, what: 'a lease that is renewed again and again' });
  expect((await leaseOf('worker'))?.fencing).toBe(before?.fencing);
}, 90_000);

test.each<Role>(['relay', 'worker'])('a %s that is told to end does so within ten seconds, whatever its jobs wait for', async (role) => {
  const started = await start(role);
  await holdUp(role);
  const exited = once(started, 'exit', { signal: AbortSignal.timeout(10_000) });
  started.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
}, 90_000);
