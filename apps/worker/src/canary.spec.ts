import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { LedgerEvent } from '#contracts';
import { addSystem, keepAcks, readCanary } from '#propagation';
import { freshLedger, until, type FreshLedger } from '#testing';
import { Canary } from './canary.js';
import { Heard } from './heard.js';

let fresh: FreshLedger;
beforeEach(async () => {
  fresh = await freshLedger();
});
afterEach(() => fresh.close());

/** The next withdrawal of the canary. */
async function withdrawal(): Promise<LedgerEvent> {
  const text = `SELECT convert_from(bytes, 'UTF8')::json AS event FROM events e JOIN canaries c ON c.ledger = e.ledger AND c.person = e.person WHERE type = 'consent-withdrawn'`;
  return until(async () => (await fresh.pool.query<{ event: LedgerEvent }>(text)).rows[0]?.event, { what: 'a withdrawal of the canary' });
}

test.each([
  ['in time', 900, false],
  ['after its deadline, although its word is heard soon', 1_100, true],
])('a system that says it acted %s: %s ms of 1,000', async (_what, ms, failing) => {
  await addSystem(fresh.pool, fresh.id, { id: 'crm', purposes: ['newsletter'], deadlineMs: 1_000 });
  const heard = new Heard();
  heard.look(new Date(), []);
  const stop = new AbortController();
  const term = { fencing: '1', signal: stop.signal, leads: () => true, end: () => stop.abort() };
  const running = new Canary({ pool: fresh.pool, ledger: fresh.id, log: pino({ level: 'silent' }), appender: fresh.ledger, catalogue: async () => fresh.catalogue, everyMs: 60_000 }, heard).run(term);
  const { event, person, purpose, version, recordedAt } = await withdrawal();
  await keepAcks(fresh.pool, fresh.id, [{ system: 'crm', event, person, purpose, version, outcome: 'applied', appliedAt: new Date(Date.parse(recordedAt) + ms).toISOString() }]);
  const judged = await until(async () => (await readCanary(fresh.pool, fresh.id)).get('crm'), { what: 'a judgement' });
  expect(judged).toMatchObject(failing ? { failing: true, failures: 1 } : { failing: false, afterMs: expect.closeTo(ms, -1) });
  stop.abort();
  await running;
});
