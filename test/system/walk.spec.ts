import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { LedgerEvent } from '#contracts';
import { until } from '#testing';
import { startStack, type Stack } from '../setup/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, 180_000);
afterAll(async () => {
  await stack.stop();
}, 30_000);

async function walk(): Promise<{ said: string; person: string; device: string }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/walk.mjs'], { env: { ...process.env, SAMTYCKE_DATA: stack.dataDir }, timeout: 120_000 });
  const id = (what: string): string => new RegExp(`The history of ${what} (\\S+)`).exec(stdout)?.[1] ?? '';
  return { said: stdout, person: id('the person'), device: id('his device') };
}

const eventsOf = async (holder: string): Promise<LedgerEvent[]> =>
  (await stack.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 ORDER BY seq', [holder])).map(({ bytes }) => JSON.parse(bytes.toString()) as LedgerEvent);

const inShort = (events: LedgerEvent[], purpose: string): unknown[] =>
  events.filter((event) => event.purpose === purpose).map(({ type, decision, reason, actor, after }) => [type, decision ?? reason, actor.kind, after?.status, after?.allowed]);

async function bystander(): Promise<string> {
  const body = { subject: { email: 'bystander@example.se' }, decisions: [{ purpose: 'newsletter', decision: 'grant' }], notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' } };
  const { body: answer } = await stack.api('/v1/consents', { key: stack.runFile.keys['consents:write'], body });
  return (answer as { person: string }).person;
}

const purposes = async (): Promise<string> => (await stack.api('/v1/purposes')).text;

test('the walk leads one person through visit, sign-up, sign-in, objection, notice change, paper and erasure; it can be walked again, and touches nobody else', async () => {
  const other = await bystander();
  const before = await purposes();
  const { said, person, device } = await walk();
  const events = await eventsOf(person);
  expect(inShort(events, 'newsletter')).toEqual([
    ['request-opened', 'request', 'unverified', 'requested', false],
    ['consent-granted', 'grant', 'person', 'given', true],
    ['consent-withdrawn', 'notice-changed', 'ledger', 'withdrawn', false],
    ['decision-recorded', 'grant', 'system', 'withdrawn', false],
  ]);
  const [, granted, , paper] = events.filter((event) => event.purpose === 'newsletter');
  expect(granted).toMatchObject({ notice: { id: 'walk-newsletter' }, causes: [expect.any(String)] });
  expect(paper).toMatchObject({ capture: { method: 'paper' }, evidence: { file: expect.any(String) } });
  expect(paper && granted && paper.occurredAt < granted.occurredAt).toBe(true);
  expect(inShort(events, 'statistics')).toEqual([['consent-refused', 'refuse', 'system', 'refused', false]]);
  expect(inShort(events, 'marketing-reach')[0]).toEqual(['objection-raised', 'object', 'system', 'objected', false]);
  expect(inShort(await eventsOf(device), 'statistics')).toEqual([
    ['consent-granted', 'grant', 'device', 'given', true],
    ['consent-withdrawn', 'withdraw', 'ledger', 'withdrawn', false],
  ]);
  expect(events.at(-1)).toMatchObject({ type: 'person-erased', after: { erased: true } });
  expect(said).toContain('after a scanner has opened the link: requested, not allowed');
  expect(said).toContain('an operator tries to override it: override_not_possible');
  expect(said).toContain('what held the day after, as known now: given, allowed');
  expect(said).toContain('what held the day after, as known before the form turned up: unknown, not allowed');
  expect(said).toMatch(/the ledger: notice-change +\S+ \S+ +newsletter +consent-withdrawn +withdrawn +no +notice-changed +3/);

  const again = await walk();
  expect(again.person).not.toBe(person);
  expect(inShort(await eventsOf(again.person), 'newsletter')).toEqual(inShort(events, 'newsletter'));
  expect((await eventsOf(other)).map(({ type }) => type)).toEqual(['consent-granted']);
  await until(async () => (await purposes()) === before, { timeoutMs: 10_000, what: 'the catalogue to be as it was' });
}, 240_000);
