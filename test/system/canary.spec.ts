import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DelayReport } from '#propagation';
import { until } from '#testing';
import { startStack, type Stack } from '../setup/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ CANARY: '2s' });
}, 150_000);
afterAll(async () => {
  await stack.stop();
});

const LONG = { timeoutMs: 60_000 };
const key = (scope: string): string => stack.runFile.keys[scope] ?? '';
const report = async (): Promise<DelayReport> => (await stack.api('/v1/propagation', { key: key('audit:read') })).body;
const canaryOf = async (id: string) => (await report()).systems.find(({ system }) => system === id)?.canary;

async function metric(name: string, system: string): Promise<number | undefined> {
  const { text } = await stack.api('/metrics');
  const found = new RegExp(`${name}\\{[^}]*system="${system}"[^}]*\\} (\\S+)`).exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

test('with nobody withdrawing, every registered system is proven to act, by a person and a device that are nobody', async () => {
  for (const system of ['newsletter', 'analytics', 'portal']) {
    const canary = await until(async () => { const found = await canaryOf(system); return found?.failing === false && found; }, { ...LONG, what: `the canary at ${system}` });
    expect(canary.afterMs).toBeLessThan(5_000);
    expect(await metric('samtycke_canary_seconds', system)).toBeLessThan(5);
    expect(await metric('samtycke_canary_last_success_timestamp_seconds', system)).toBeGreaterThan(Date.now() / 1_000 - 60);
  }
  const canaries = await stack.query<{ person: string; kind: string }>('SELECT person, kind FROM canaries ORDER BY kind');
  expect(canaries.map(({ kind }) => kind)).toEqual(['device', 'person']);
  const events = await stack.query<{ purpose: string; type: string; actor: string }>(
    `SELECT DISTINCT e.purpose, e.type, convert_from(e.bytes, 'UTF8')::json->'actor'->>'id' AS actor FROM events e JOIN canaries c ON c.ledger = e.ledger AND c.person = e.person ORDER BY 1, 2`);
  expect(events).toEqual(['analytics-segmentation', 'newsletter', 'statistics'].flatMap((purpose) => ['consent-granted', 'consent-withdrawn'].map((type) => ({ purpose, type, actor: 'canary' }))));
  expect(await stack.query('SELECT FROM identifiers i JOIN canaries c ON c.person = i.person')).toEqual([]);
}, 150_000);

test('nobody counts it: neither among delays nor in the search of what was given', async () => {
  expect((await report()).systems.map(({ acted, waiting }) => [acted, waiting])).toEqual([[0, 0], [0, 0], [0, 0]]);
  expect(await stack.query('SELECT FROM grants g JOIN canaries c ON c.person = g.person')).toEqual([]);
});

test('a system that stands still is named, in log, metrics and page, and so is that it acts again', async () => {
  await stack.api('/v1/systems/newsletter', { key: key('systems:write'), method: 'PUT', body: { purposes: ['newsletter'], deadlineMs: 1_000 } });
  const pid = stack.pid('newsletter');
  const log = (): Promise<string> => readFile(join(stack.dataDir, 'log/worker.log'), 'utf8');
  process.kill(pid, 'SIGSTOP');
  try {
    await until(async () => (await canaryOf('newsletter'))?.failing, { ...LONG, what: 'the canary to fail at the newsletter' });
    expect(await metric('samtycke_canary_failing', 'newsletter')).toBe(1);
    expect(await metric('samtycke_canary_failures_total', 'newsletter')).toBeGreaterThan(0);
    expect(await log()).toMatch(/"level":50,[^\n]*"system":"newsletter","purpose":"newsletter","msg":"the canary: a system did not act/);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await stack.api('/v1/systems/newsletter', { key: key('systems:write'), method: 'PUT', body: { purposes: ['newsletter'], deadlineMs: 5_000 } });
  await until(async () => (await canaryOf('newsletter'))?.failing === false, { ...LONG, what: 'the canary to recover' });
  expect(await log()).toMatch(/"system":"newsletter","purpose":"newsletter","ms":\d+,"msg":"the canary: a system acts again/);
}, 150_000);
