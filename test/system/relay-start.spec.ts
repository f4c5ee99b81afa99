import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freshLedger, HeldProcess, type FreshLedger } from '#testing';

let fresh: FreshLedger;
let folder: string;
beforeAll(async () => {
  fresh = await freshLedger();
  folder = mkdtempSync(join(tmpdir(), 'samtycke-relay-'));
  writeFileSync(join(folder, 'keyring.json'), JSON.stringify(fresh.keyring), { mode: 0o600 });
});
afterAll(async () => {
  await fresh.close();
  rmSync(folder, { recursive: true });
});

test('a mistake in LOG_WITNESSES ends the relay before it says that it is ready, with the sentence', async () => {
  const logFile = join(folder, 'relay.log');
  const env = { ...process.env, NODE_OPTIONS: '', DATABASE_URL: fresh.url, SAMTYCKE_DATA: folder, KAFKA_BROKERS: '127.0.0.1:1', LOG_WITNESSES: 'witness.example' };
  const relay = new HeldProcess({ name: 'relay', file: join(process.cwd(), 'dist/apps/relay/src/main.js'), env, logFile });
  await expect(relay.start()).rejects.toThrow('relay ended with 1 before it was ready');
  expect(readFileSync(logFile, 'utf8')).toContain('LOG_WITNESSES: write <verifier key> <http address>, not witness.example');
});
