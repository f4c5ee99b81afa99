import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Propagation } from '#propagation';
import { until } from '#testing';
import { startStack, type Stack } from '../setup/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, 150_000);
afterAll(async () => {
  await stack.stop();
});

const key = (scope: string): string => stack.runFile.keys[scope] ?? '';
const NOTICE = { id: 'newsletter-signup', version: '1.3', locale: 'sv' };

async function withdrawn(): Promise<{ person: string; event: string }> {
  const subject = { email: `${randomUUID()}@example.se` };
  const post = async (decision: object) => (await stack.api('/v1/consents', { key: key('consents:write'), body: { subject, ...decision } })).body as { person: string; decisions: { event: string }[] };
  await post({ decisions: [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }], notice: NOTICE });
  const { person, decisions } = await post({ decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] });
  return { person, event: decisions[0]?.event ?? '' };
}

async function actsOn({ person, event }: { person: string; event: string }): Promise<Propagation['events'][number]['systems']> {
  const { body } = await stack.api(`/v1/people/${person}/propagation`, { key: key('audit:read'), headers: { 'samtycke-reason': 'a test' } });
  return (body as Propagation).events.find((one) => one.event === event)?.systems ?? [];
}

const overdue = async (system: string): Promise<number> =>
  Number(new RegExp(`samtycke_overdue_acknowledgements\\{[^}]*system="${system}"[^}]*\\} (\\d+)`).exec((await stack.api('/metrics')).text)?.[1] ?? 0);

test('a withdrawal shows which systems acted and after how many milliseconds', async () => {
  const withdrawal = await withdrawn();
  const acts = await until(async () => {
    const found = await actsOn(withdrawal);
    return found.length === 3 && found.every(({ state }) => state === 'acted' || state === 'not-mine') && found;
  }, { timeoutMs: 20_000, what: 'three systems to have answered' });
  expect(Object.fromEntries(acts.map(({ system, state }) => [system, state]))).toEqual({ newsletter: 'acted', portal: 'acted', analytics: 'not-mine' });
  for (const { afterMs, late } of acts) {
    expect(afterMs).toBeLessThan(5_000);
    expect(late).toBeUndefined();
  }
});

test('a system that stands still is late after its deadline, told in the log and the metrics, until it acts', async () => {
  await stack.api('/v1/systems/newsletter', { key: key('systems:write'), method: 'PUT', body: { purposes: ['newsletter'], deadlineMs: 1_000 } });
  const pid = stack.pid('newsletter');
  process.kill(pid, 'SIGSTOP');
  try {
    const withdrawal = await withdrawn();
    await until(async () => (await overdue('newsletter')) > 0, { timeoutMs: 30_000, what: 'the newsletter to be late' });
    expect(await actsOn(withdrawal)).toEqual(expect.arrayContaining([expect.objectContaining({ system: 'newsletter', state: 'waiting', late: true }), expect.objectContaining({ system: 'portal', state: 'acted' })]));
    const log = await readFile(join(stack.dataDir, 'log/worker.log'), 'utf8');
    expect(log).toMatch(/"system":"newsletter","event":"[0-9a-f-]+","purpose":"newsletter","acted":false,"msg":"a system has not acted/);
    process.kill(pid, 'SIGCONT');
    await until(async () => (await overdue('newsletter')) === 0, { timeoutMs: 30_000, what: 'the newsletter to have acted' });
    expect(await actsOn(withdrawal)).toEqual(expect.arrayContaining([expect.objectContaining({ system: 'newsletter', state: 'acted', late: true })]));
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}, 90_000);

test('of a canary that was switched off while it failed no word stands', async () => {
  await stack.query(`INSERT INTO canary_results (ledger, system, failing, since, tried_at, failures) SELECT ledger, id, true, now(), now(), 3 FROM systems WHERE id = 'newsletter'`);
  expect((await stack.api('/metrics')).text).toMatch(/samtycke_canary_failing\{[^}]*\} 1/);
  process.kill(stack.pid('worker'), 'SIGKILL');
  await until(async () => (await stack.query('SELECT FROM canary_results')).length === 0, { timeoutMs: 30_000, what: 'the next worker to forget it' });
  expect((await stack.api('/metrics')).text).not.toMatch(/samtycke_canary_failing\{/);
}, 60_000);
