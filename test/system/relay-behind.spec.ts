import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { changeConsent, newHolderId, uuidv7 } from '#ledger';
import { LogFolder } from '#log-folder';
import { Lease } from '#outbox';
import { freshLedger, freshTopics, until, type FreshLedger } from '#testing';
import { runRelay } from '../../apps/relay/src/relay.js';

let fresh: FreshLedger;
let logDir: string;
const topics = freshTopics();
const said: string[] = [];

beforeAll(async () => {
  fresh = await freshLedger();
  logDir = await mkdtemp(join(tmpdir(), 'samtycke-behind-'));
  await topics.create();
}, 60_000);
afterAll(async () => {
  await topics.drop();
  await fresh.close();
  await rm(logDir, { recursive: true, force: true });
});

const count = async (table: string): Promise<number> => Number((await fresh.pool.query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n);
async function object(): Promise<void> {
  const purpose = fresh.catalogue.purposes.get('marketing-reach');
  if (!purpose) throw new Error('no purpose');
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: newHolderId(), kind: 'person' }], wishes: [{ purpose, decision: 'object' }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
}
function relay(): { stop(): Promise<void> } {
  const over = new AbortController();
  const log = pino({ level: 'error' }, { write: (line: string) => void said.push(line) });
  const running = runRelay({ pool: fresh.pool, databaseUrl: fresh.url, ledger: fresh.id, brokers: topics.brokers.split(','), prefix: topics.prefix, createTopics: false, replicas: 1, keyring: fresh.keyring, logDir, log }, over.signal);
  return { stop: () => (over.abort(), running) };
}

test('a relay on an old backup gives no index and leads no more, says why once, and goes on when the backup was brought up to the log', async () => {
  for (let at = 0; at < 5; at += 1) await object();
  const first = relay();
  const size = await count('events');
  await until(async () => (await new LogFolder(logDir).size()) === size, { timeoutMs: 20_000, what: 'a checkpoint over all' });
  await first.stop();
  await fresh.pool.query(`CREATE TABLE kept AS SELECT * FROM leaves WHERE idx >= $1`.replace('$1', String(size - 3)));
  await fresh.pool.query('DELETE FROM leaves WHERE idx >= $1', [size - 3]);
  await fresh.pool.query(`UPDATE leases SET next = $1 WHERE role = 'relay'`, [size - 3]);
  await object();
  const second = relay();
  await until(() => said.length > 0, { timeoutMs: 20_000, what: 'the reason' });
  expect(said.join()).toMatch(/behind the log.*samtycke recover/);
  const held = await until(() => new Lease(fresh.pool, fresh.id, 'relay', newHolderId()).take(), { timeoutMs: 10_000, what: 'the lease' });
  expect(await count('leaves')).toBe(size - 3);
  expect(said).toHaveLength(1);
  await fresh.pool.query('INSERT INTO leaves SELECT * FROM kept');
  await fresh.pool.query(`UPDATE leases SET next = $1 WHERE role = 'relay'`, [size]);
  await new Lease(fresh.pool, fresh.id, 'relay', newHolderId()).giveUp(held);
  await until(async () => (await new LogFolder(logDir).size()) === size + 1, { timeoutMs: 20_000, what: 'a checkpoint by the relay that goes on' });
  await second.stop();
}, 90_000);
