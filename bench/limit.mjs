// The machine's own limit: one transaction = insert one event of 700 bytes + upsert its head, 32 clients, fsync on.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const CLIENTS = 32;
const TABLES = `DROP TABLE IF EXISTS limit_events, limit_heads;
CREATE TABLE limit_events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person int NOT NULL, body text NOT NULL);
CREATE TABLE limit_heads (person int PRIMARY KEY, body text NOT NULL)`;
const SCRIPT = `\\set p random(1, 200000)
BEGIN;
INSERT INTO limit_events (person, body) VALUES (:p, repeat('x', 700));
INSERT INTO limit_heads VALUES (:p, repeat('y', 200)) ON CONFLICT (person) DO UPDATE SET body = excluded.body;
COMMIT;
`;

async function byPgbench(url, seconds) {
  const folder = await mkdtemp(join(tmpdir(), 'samtycke-bench-'));
  const script = join(folder, 'limit.sql');
  await writeFile(script, SCRIPT);
  const args = [url, '-n', '-M', 'prepared', '-c', String(CLIENTS), '-j', '2', '-T', String(seconds), '-f', script];
  const { stdout } = await promisify(execFile)('pgbench', args).finally(() => rm(folder, { recursive: true }));
  return Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
}

async function byLoop(url, seconds) {
  const until = performance.now() + seconds * 1000;
  const client = async () => {
    const connection = new pg.Client({ connectionString: url });
    await connection.connect();
    let done = 0;
    for (; performance.now() < until; done += 1) {
      const person = 1 + Math.floor(Math.random() * 200_000);
      await connection.query('BEGIN');
      await connection.query({ name: 'e', text: `INSERT INTO limit_events (person, body) VALUES ($1, repeat('x', 700))`, values: [person] });
      await connection.query({ name: 'h', text: `INSERT INTO limit_heads VALUES ($1, repeat('y', 200)) ON CONFLICT (person) DO UPDATE SET body = excluded.body`, values: [person] });
      await connection.query('COMMIT');
    }
    await connection.end();
    return done;
  };
  const counts = await Promise.all(Array.from({ length: CLIENTS }, client));
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
}

/** Transactions a second, and what measured them. */
export async function limit(url, seconds) {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(TABLES);
  await admin.end();
  const here = await promisify(execFile)('pgbench', ['--version']).then(() => true, () => false);
  return here ? { tool: 'pgbench', perSecond: await byPgbench(url, seconds) } : { tool: 'a plain pg loop (there is no pgbench here)', perSecond: await byLoop(url, seconds) };
}
