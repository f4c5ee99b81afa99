import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { changeConsent, newHolderId, nowMicros, timeText, uuidv7 } from '#ledger';
import { freshLedger, until, type FreshLedger } from '#testing';
import { keyringPath } from '#vault';

const DUE = 8_000;
const folder = mkdtempSync(join(tmpdir(), 'samtycke-worker-'));
const running: { child: ChildProcess; leads: boolean }[] = [];

let fresh: FreshLedger;
beforeAll(async () => {
  fresh = await freshLedger();
  writeFileSync(keyringPath(folder), JSON.stringify(fresh.keyring), { mode: 0o600 });
});
afterAll(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
  await fresh.close();
});

/** The worker as `npm start` runs it; tells by its own log whether it leads. */
function startWorker(): void {
  const env = { ...process.env, NODE_OPTIONS: '', DATABASE_URL: fresh.url, SAMTYCKE_DATA: folder, LOG_LEVEL: 'info' };
  const child = spawn(process.execPath, [join(process.cwd(), 'dist/apps/worker/src/main.js')], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const worker = { child, leads: false };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes('"leads":true')) worker.leads = true;
  });
  running.push(worker);
}

async function expired(): Promise<number> {
  const { rows } = await fresh.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM events WHERE type = 'consent-withdrawn'`);
  return rows[0]?.n ?? 0;
}

test('of two workers one writes what is due; when it is killed in the midst of it the other goes on, and each expiry is there once', async () => {
  const purpose = fresh.catalogue.purposes.get('statistics');
  if (!purpose) throw new Error('no purpose');
  const notice = fresh.catalogue.notices.get('cookies\n1.3\nsv');
  const occurredAt = timeText(nowMicros() - 400 * 86_400_000_000);
  const give = () => changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [], device: { person: newHolderId(), kind: 'device' }, wishes: [{ purpose, decision: 'grant' }], actor: { kind: 'system', id: 'crm' }, notice, evidence: {}, occurredAt }));
  await Promise.all(Array.from({ length: DUE }, give));
  startWorker();
  startWorker();
  await until(async () => (await expired()) > 200, { timeoutMs: 20_000, everyMs: 5, what: 'the first expiries' });
  const leader = running.find((worker) => worker.leads);
  leader?.child.kill('SIGKILL');
  expect(running.filter((worker) => worker.leads)).toHaveLength(1);
  const half = await expired();
  expect(half).toBeLessThan(DUE);
  await until(async () => (await expired()) === DUE, { timeoutMs: 30_000, what: 'all expiries' });
  expect(running.every((worker) => worker.leads)).toBe(true);
  const { rows } = await fresh.pool.query(`SELECT count(DISTINCT person)::int AS people, count(*) FILTER (WHERE status = 'expired')::int AS expired FROM heads WHERE purpose = 'statistics'`);
  expect(rows).toEqual([{ people: DUE, expired: DUE }]);
}, 120_000);
