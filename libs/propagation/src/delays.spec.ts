import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Ack, LedgerEvent } from '#contracts';
import { changeConsent, newHolderId, uuidv7 } from '#ledger';
import { Lease, sequencePage } from '#outbox';
import { freshLedger, type FreshLedger } from '#testing';
import { quantile } from './delay-buckets.js';
import { addSystem, findOverdue, forgetDelays, keepAcks, readDelays, type DelayReport } from './index.js';

let fresh: FreshLedger;
let fencing: string;
beforeEach(async () => {
  fresh = await freshLedger();
  fencing = (await new Lease(fresh.pool, fresh.id, 'relay', newHolderId()).take())?.fencing ?? '';
  await sequenced();
});
afterEach(async () => {
  await fresh.close();
});

async function sequenced(): Promise<void> {
  while ((await sequencePage(fresh.pool, fresh.id, fencing)).length > 0);
}

async function object(): Promise<string> {
  const purpose = fresh.catalogue.purposes.get('marketing-reach');
  if (!purpose) throw new Error('no purpose');
  const person = newHolderId();
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes: [{ purpose, decision: 'object' }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
  return person;
}

async function objected(): Promise<LedgerEvent> {
  const person = await object();
  await sequenced();
  const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1', [person]);
  return JSON.parse(rows[0]?.bytes.toString() ?? '') as LedgerEvent;
}

const after = ({ recordedAt }: LedgerEvent, ms: number): string => new Date(Date.parse(recordedAt) + ms).toISOString();
const ackOf = (system: string, event: LedgerEvent, ms: number, outcome: Ack['outcome'] = 'applied'): Ack => ({ system, event: event.event, person: event.person, purpose: event.purpose, version: event.version, outcome, appliedAt: after(event, ms) });
const keep = (...acks: Ack[]) => keepAcks(fresh.pool, fresh.id, acks);
const MINUTES = 60_000;
const report = (spanMs = 10 * MINUTES): Promise<DelayReport> => readDelays(fresh.pool, fresh.id, { since: new Date(Date.now() - spanMs), until: new Date(Date.now() + 1_000) });
const system = async (id: string, spanMs?: number) => (await report(spanMs)).systems.find((one) => one.system === id);
const wideAs = (ms: number): { asymmetricMatch(value: unknown): boolean } => ({ asymmetricMatch: (value) => Math.abs(Number(value) - ms) <= Math.max(1, ms * 0.03) });

describe('the delays of a system', () => {
  test('are told as shares of all that it acted on, the slowest exactly, over every window', async () => {
    await addSystem(fresh.pool, fresh.id, { id: 'crm', deadlineMs: 5_000 });
    const delays = [3, 8, 12, 20, 21, 23, 40, 90, 400, 2_617];
    const events = await Promise.all(delays.map(objected));
    await keep(...events.map((event, at) => ackOf('crm', event, delays[at] ?? 0)));
    for (const span of [10, 50, 300, 1_430]) {
      expect(await system('crm', span * MINUTES)).toMatchObject({ deadlineMs: 5_000, acted: 10, p50Ms: wideAs(21), p95Ms: wideAs(2_617), slowestMs: wideAs(2_617), late: 0, waiting: 0, clockAhead: 0, lastActedAt: expect.any(String) });
      expect((await system('crm', span * MINUTES))?.steps.reduce((sum, { acted }) => sum + acted, 0)).toBe(10);
    }
  });

  test('count an act once, however often it is acknowledged; parking and "not mine" are no acts', async () => {
    const [acted, parked, foreign] = [await objected(), await objected(), await objected()];
    await keep(ackOf('crm', acted, 20), ackOf('crm', parked, 20, 'parked'), ackOf('crm', foreign, 20, 'not-mine'));
    await keep(ackOf('crm', acted, 90, 'repeat'));
    expect(await system('crm')).toMatchObject({ acted: 1, p50Ms: wideAs(20) });
    await keep(ackOf('crm', parked, 700));
    expect(await system('crm')).toMatchObject({ acted: 2, slowestMs: wideAs(700) });
  });

  test('tell that a clock runs ahead, rather than a delay below nothing', async () => {
    await keep(ackOf('crm', await objected(), -40));
    expect(await system('crm')).toMatchObject({ acted: 1, clockAhead: 1, p50Ms: 0, slowestMs: 0 });
  });

  test('stand beside what it is late with and what it still has time for', async () => {
    await addSystem(fresh.pool, fresh.id, { id: 'crm', deadlineMs: 1_000 });
    const [late, running] = [await objected(), await objected()];
    expect(await system('crm')).toMatchObject({ acted: 0, late: 0, waiting: 2 });
    await findOverdue(fresh.pool, fresh.id, { now: new Date(Date.parse(late.recordedAt) + 1_101), graceMs: 100 });
    const shown = await readDelays(fresh.pool, fresh.id, { since: new Date(Date.now() - MINUTES), until: new Date(Date.now() + MINUTES) });
    expect(shown.systems).toEqual([expect.objectContaining({ system: 'crm', late: expect.any(Number), waiting: 2 })]);
    expect(shown.systems[0]?.late).toBeGreaterThanOrEqual(1);
    await keep(ackOf('crm', running, 30), ackOf('crm', late, 4_000));
    expect(await system('crm')).toMatchObject({ acted: 2, waiting: 0 });
  });

  test('stand beside how many wait at the least, where more was recorded behind its last deadline than is looked at', async () => {
    await addSystem(fresh.pool, fresh.id, { id: 'crm', deadlineMs: 60 * MINUTES });
    await addSystem(fresh.pool, fresh.id, { id: 'mailer', purposes: ['newsletter'], deadlineMs: 60 * MINUTES });
    await Promise.all(Array.from({ length: 500 }, object));
    await sequenced();
    const told = async () => (await report()).systems.map(({ system: id, waiting, waitingAtLeast }) => [id, waiting, waitingAtLeast]);
    expect(await told()).toEqual([['crm', 500, undefined], ['mailer', 0, undefined]]);
    const { recordedAt } = await objected();
    expect(await told()).toEqual([['crm', 500, true], ['mailer', 0, true]]);
    await findOverdue(fresh.pool, fresh.id, { now: new Date(Date.parse(recordedAt) + 61 * MINUTES), graceMs: 0 });
    expect(await told()).toEqual([['crm', 501, undefined], ['mailer', 0, undefined]]);
  });

  test('count neither as late what was in time and only heard after its deadline, nor how old an event was that a newcomer heard of', async () => {
    const old = await objected();
    await addSystem(fresh.pool, fresh.id, { id: 'crm', deadlineMs: 1_000 });
    const event = await objected();
    await findOverdue(fresh.pool, fresh.id, { now: new Date(Date.parse(event.recordedAt) + 1_101), graceMs: 100 });
    await keep(ackOf('crm', event, 20), ackOf('crm', old, 14_400_000));
    expect((await readDelays(fresh.pool, fresh.id, { since: new Date(Date.now() - MINUTES), until: new Date(Date.now() + MINUTES) })).systems).toEqual([expect.objectContaining({ acted: 1, slowestMs: wideAs(20), late: 0, waiting: 0 })]);
  });

  test("of the canary are told apart: they are nobody's", async () => {
    const [person, canary] = [await objected(), await objected()];
    await fresh.pool.query(`INSERT INTO canaries VALUES ($1, $2, 'person', $3)`, [fresh.id, canary.person, new Date()]);
    await keep(ackOf('crm', person, 10), ackOf('crm', canary, 800));
    const shown = await system('crm');
    expect(shown).toMatchObject({ acted: 1, slowestMs: wideAs(10) });
    expect(shown?.steps.filter(({ canaryMs }) => canaryMs !== undefined)).toEqual([expect.objectContaining({ canaryMs: wideAs(800) })]);
  });

  test('are forgotten when no window reaches them any more', async () => {
    await keep(ackOf('crm', await objected(), 10));
    await forgetDelays(fresh.pool, fresh.id, new Date());
    expect(await system('crm')).toMatchObject({ acted: 1 });
    await forgetDelays(fresh.pool, fresh.id, new Date(Date.now() + 3 * 24 * 60 * MINUTES));
    expect(await report()).toMatchObject({ systems: [] });
  });
});

test('a quantile is never above the slowest, and none where nothing was counted', () => {
  expect(quantile(new Map(), 0.5, 0)).toBeUndefined();
  expect(quantile(new Map([[40, 3]]), 0.99, 9)).toBe(9);
  expect(quantile(new Map([[0, 95], [120, 5]]), 0.95, 1_000)).toBe(0);
});
