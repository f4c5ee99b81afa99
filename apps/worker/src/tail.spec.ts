import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { changeConsent, newHolderId, uuidv7 } from '#ledger';
import { Lease, sequencePage } from '#outbox';
import { freshLedger, type FreshLedger } from '#testing';
import { Tail } from './tail.js';

let fresh: FreshLedger;
let fencing: string;
beforeEach(async () => {
  fresh = await freshLedger();
  fencing = (await new Lease(fresh.pool, fresh.id, 'relay', newHolderId()).take())?.fencing ?? '';
});
afterEach(async () => {
  await fresh.close();
});

async function grow(purpose: string, decision: 'object' | 'refuse'): Promise<void> {
  const wished = fresh.catalogue.purposes.get(purpose);
  if (!wished) throw new Error('no purpose');
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: newHolderId(), kind: 'person' }], wishes: [{ purpose: wished, decision }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
}

async function sequenced(): Promise<void> {
  while ((await sequencePage(fresh.pool, fresh.id, fencing)).length > 0);
}

/** The statements that a tail sends. */
function counting(): { pool: FreshLedger['pool']; sent: () => number } {
  let count = 0;
  const query = (...args: Parameters<FreshLedger['pool']['query']>): unknown => {
    count += 1;
    return fresh.pool.query(...args);
  };
  return { pool: { query } as unknown as FreshLedger['pool'], sent: () => count };
}

test('each job gets its own types, wherever in the stretch it stands, and all of them cost one look', async () => {
  await sequenced();
  const { pool, sent } = counting();
  const tail = new Tail(pool, fresh.id, ['objection-raised', 'consent-refused']);
  const whole = await tail.after(0, []);
  const next = (whole?.last ?? -1) + 1;
  for (const decision of ['object', 'refuse', 'object'] as const) await grow(decision === 'object' ? 'marketing-reach' : 'newsletter', decision);
  await sequenced();
  const before = sent();
  const [objections, refusals] = await Promise.all([tail.after(next, ['objection-raised']), tail.after(next, ['consent-refused'])]);
  expect(objections?.events.map(({ type }) => type)).toEqual(['objection-raised', 'objection-raised']);
  expect(refusals?.events.map(({ type }) => type)).toEqual(['consent-refused']);
  expect([objections?.last, refusals?.last]).toEqual([next + 2, next + 2]);
  const late = await tail.after(next + 1, ['objection-raised', 'consent-refused']);
  expect(late?.events.map(({ type }) => type)).toEqual(['consent-refused', 'objection-raised']);
  expect(sent() - before).toBe(1);
});

test('what came since is found by the next look, and the end is told as the end', async () => {
  await sequenced();
  const tail = new Tail(fresh.pool, fresh.id, ['objection-raised']);
  const next = ((await tail.after(0, ['objection-raised']))?.last ?? -1) + 1;
  expect(await tail.after(next, ['objection-raised'])).toBeUndefined();
  await grow('marketing-reach', 'object');
  await sequenced();
  expect((await tail.after(next, ['objection-raised']))?.events).toHaveLength(1);
});
