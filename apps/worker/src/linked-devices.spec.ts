import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { LedgerEvent } from '#contracts';
import { createPool } from '#database';
import { changeConsent, mergeFrom, mergeInto, newHolderId, uuidv7, type Change } from '#ledger';
import { Counts, readStatistics, type StatisticsRow } from '#statistics';
import { freshLedger, type FreshLedger } from '#testing';
import { linkedDevices } from './linked-devices.js';
import { merges } from './merges.js';

let fresh: FreshLedger;
let pool: FreshLedger['pool'];
let counts: Counts;
const faults: unknown[] = [];
beforeAll(async () => {
  fresh = await freshLedger();
  pool = createPool({ url: fresh.url, name: 'worker', max: 2, settings: { role: 'samtycke_worker' } });
  counts = new Counts({ pool, ledger: fresh.id, onError: (error) => faults.push(error) });
});
afterAll(async () => {
  await counts.flush();
  await pool.end();
  await fresh.close();
});

async function events(person: string): Promise<LedgerEvent[]> {
  const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 ORDER BY seq', [person]);
  return rows.map(({ bytes }) => JSON.parse(bytes.toString()) as LedgerEvent);
}

function change(members: Partial<Change> & Pick<Change, 'people'>, purposeId: string, decision: Change['wishes'][0]['decision'], confirms?: string) {
  const purpose = fresh.catalogue.purposes.get(purposeId);
  if (!purpose) throw new Error('no purpose');
  const notice = fresh.catalogue.notices.get(purpose.holder === 'device' ? 'cookies\n1.3\nsv' : 'newsletter-signup\n1.3\nsv');
  const actor = { kind: 'unverified', id: 'website' } as const;
  return changeConsent(fresh.ledger, async () => ({ request: uuidv7(), wishes: [{ purpose, decision, confirms }], actor, notice, evidence: {}, ...members }));
}

/** Hands every event of a person to the job, twice: what it did once it must not do again. */
async function follow(person: string): Promise<void> {
  const job = linkedDevices({ pool: fresh.pool, ledger: fresh.id, appender: fresh.ledger, counts, catalogue: async () => fresh.catalogue });
  for (const event of [...(await events(person)), ...(await events(person))]) if (job.types.includes(event.type)) await job.handle(event);
}

async function confirmedOn(person: string, device: string): Promise<void> {
  const asked = await change({ people: [{ person, kind: 'person' }], device: { person: device, kind: 'device' } }, 'newsletter', 'grant');
  const confirm = { people: [{ person, kind: 'person' as const }], actor: { kind: 'person' as const, id: person } };
  await change(confirm, 'newsletter', 'grant', asked.decisions[0]?.event);
}

async function mergedInto(into: string, person: string, { listed = true } = {}): Promise<void> {
  const { pool, id: ledger, ledger: appender, catalogue } = fresh;
  const two = { pool, ledger, appender, purposes: [...catalogue.purposes.values()], publications: catalogue.publications };
  const [merged] = (await mergeFrom(two, { person, into, request: uuidv7(), actor: { kind: 'system', id: 'crm' } })).slice(-1);
  if (merged && !listed) await mergeInto(two, merged);
  else if (merged) await merges({ pool, ledger, appender, catalogue: async () => catalogue }).handle(merged);
}

test('a confirmed mail links the device that asked; the person’s own "no" then ends that device’s consent, once', async () => {
  const [person, device] = [newHolderId(), newHolderId()];
  const own = { people: [], device: { person: device, kind: 'device' as const }, deviceActor: { kind: 'device' as const, id: device } };
  await change(own, 'statistics', 'grant');
  await confirmedOn(person, device);
  await follow(person);
  expect((await events(device)).map((event) => event.type)).toEqual(['consent-granted', 'person-linked']);
  expect((await events(person)).at(-1)).toMatchObject({ type: 'person-linked', fact: { other: device, role: 'device' } });
  await change({ people: [{ person, kind: 'person' }] }, 'statistics', 'withdraw');
  await follow(person);
  const cause = (await events(person)).at(-1)?.event;
  const [, , last, ...more] = await events(device);
  expect(last).toMatchObject({ type: 'consent-withdrawn', reason: 'linked-person', causes: [cause], request: cause, actor: { kind: 'ledger', id: 'linked-devices' } });
  expect(more).toEqual([]);
});

test('a person’s "no" that he says again within a day reaches a device that was told yes since', async () => {
  const [person, device] = [newHolderId(), newHolderId()];
  const own = { people: [], device: { person: device, kind: 'device' as const }, deviceActor: { kind: 'device' as const, id: device } };
  const no = { people: [{ person, kind: 'person' as const }], actor: { kind: 'person' as const, id: person } };
  await confirmedOn(person, device);
  const ends: boolean[] = [];
  for (const decision of ['refuse', 'refuse', 'withdraw'] as const) {
    await change(own, 'statistics', 'grant');
    await change(no, 'statistics', decision);
    await follow(person);
    const { rows } = await fresh.pool.query<{ allowed: boolean }>(`SELECT allowed FROM heads WHERE person = $1 AND purpose = 'statistics'`, [device]);
    ends.push(rows[0]?.allowed ?? true);
  }
  expect(ends).toEqual([false, false, false]);
});

test('a device that is linked later gets the "no" that the person said before; a grant never crosses', async () => {
  const [person, device] = [newHolderId(), newHolderId()];
  const own = { people: [], device: { person: device, kind: 'device' as const }, deviceActor: { kind: 'device' as const, id: device } };
  await change(own, 'statistics', 'grant');
  await change(own, 'site-improvement', 'grant');
  await change({ people: [{ person, kind: 'person' }] }, 'statistics', 'refuse');
  await confirmedOn(person, device);
  await follow(person);
  const { rows } = await fresh.pool.query(`SELECT purpose, allowed FROM heads WHERE person = $1 AND purpose NOT LIKE '~%' ORDER BY purpose`, [device]);
  expect(rows).toEqual([{ purpose: 'site-improvement', allowed: true }, { purpose: 'statistics', allowed: false }]);
  expect((await events(person)).filter((event) => event.type === 'consent-granted').map((event) => event.purpose)).toEqual(['newsletter']);
});

test('a person’s "no" reaches the devices of whoever was merged in at any hand, before and after the merge', async () => {
  const [first, second, home] = [newHolderId(), newHolderId(), newHolderId()];
  const [device, later] = [newHolderId(), newHolderId()];
  for (const id of [device, later]) {
    const own = { people: [], device: { person: id, kind: 'device' as const }, deviceActor: { kind: 'device' as const, id } };
    for (const purpose of ['statistics', 'site-improvement']) await change(own, purpose, 'grant');
    await confirmedOn(id === device ? first : second, id);
  }
  for (const person of [first, second]) await follow(person);
  await change({ people: [{ person: home, kind: 'person' }] }, 'site-improvement', 'refuse');
  await mergedInto(second, first);
  await mergedInto(home, second);
  await change({ people: [{ person: home, kind: 'person' }] }, 'statistics', 'withdraw');
  await follow(home);
  const { rows } = await fresh.pool.query(`SELECT DISTINCT purpose, allowed FROM heads WHERE person = ANY ($1) AND purpose NOT LIKE '~%' ORDER BY purpose`, [[device, later]]);
  expect(rows).toEqual([{ purpose: 'site-improvement', allowed: false }, { purpose: 'statistics', allowed: false }]);
});

test('also where the list of parts, which is kept at a pace of its own, does not name them yet', async () => {
  const [first, second, home] = [newHolderId(), newHolderId(), newHolderId()];
  const device = newHolderId();
  const own = { people: [], device: { person: device, kind: 'device' as const }, deviceActor: { kind: 'device' as const, id: device } };
  await change(own, 'statistics', 'grant');
  await confirmedOn(first, device);
  await follow(first);
  for (const person of [second, home]) await change({ people: [{ person, kind: 'person' }] }, 'market-research', 'refuse');
  await mergedInto(second, first, { listed: false });
  await mergedInto(home, second, { listed: false });
  for (const person of [second, home]) await follow(person);
  await change({ people: [{ person: home, kind: 'person' }] }, 'statistics', 'withdraw');
  await follow(home);
  const { rows } = await fresh.pool.query(`SELECT allowed FROM heads WHERE person = $1 AND purpose = 'statistics'`, [device]);
  expect(rows).toEqual([{ allowed: false }]);
});

/** What is counted of answers that came through a source. */
async function countedOf(source: string): Promise<StatisticsRow[]> {
  await counts.flush();
  expect(faults).toEqual([]);
  const today = new Date().toISOString().slice(0, 10);
  const { rows } = await readStatistics(fresh.pool, fresh.id, { from: '2026-01-01', to: today, by: ['source', 'point', 'notice', 'version', 'locale'] });
  return rows.filter((row) => row.source === source);
}

test('what a person’s own "no" ends on his devices counts as taken back: once for each device, under the text that its consent was given to', async () => {
  const [person, phone, home, bare] = [newHolderId(), newHolderId(), newHolderId(), newHolderId()];
  const both = ['statistics', 'site-improvement'].map((id) => fresh.catalogue.purposes.get(id)).filter((purpose) => purpose !== undefined);
  for (const device of [phone, home, bare]) {
    const own = { people: [], device: { person: device, kind: 'device' as const }, deviceActor: { kind: 'device' as const, id: device } };
    for (const { id } of both) if (device !== bare) await change(own, id, 'grant');
    await fresh.pool.query('INSERT INTO links (ledger, person, device) VALUES ($1, $2, $3)', [fresh.id, person, device]);
  }
  const no = { people: [{ person, kind: 'person' as const }], actor: { kind: 'system' as const, id: 'own-portal' }, notice: undefined, capture: { context: 'choices', method: 'switch', point: 'own-choices' } };
  await change({ ...no, wishes: both.map((purpose) => ({ purpose, decision: 'withdraw' as const })) }, 'statistics', 'withdraw');
  await follow(person);
  const none = { shown: 0, requested: 0, accepted: 0, chosen: 0, refused: 0 };
  expect(await countedOf('own-portal')).toEqual([expect.objectContaining({ ...none, source: 'own-portal', point: 'own-choices', notice: 'cookies', version: '1.3', locale: 'sv', withdrawn: 2 })]);
});

test('on a device that is linked later, too, under whom it was said to; what nobody said counts nothing', async () => {
  const [person, device] = [newHolderId(), newHolderId()];
  const own = { people: [], device: { person: device, kind: 'device' as const }, deviceActor: { kind: 'device' as const, id: device } };
  for (const purpose of ['statistics', 'site-improvement']) await change(own, purpose, 'grant');
  const by = (kind: 'system' | 'ledger', id: string) => ({ people: [{ person, kind: 'person' as const }], actor: { kind, id } });
  await change(by('system', 'said-before'), 'statistics', 'refuse');
  await change(by('ledger', 'expiry'), 'site-improvement', 'refuse');
  await confirmedOn(person, device);
  await follow(person);
  expect((await countedOf('said-before')).map(({ withdrawn }) => withdrawn)).toEqual([1]);
  expect(await countedOf('expiry')).toEqual([]);
});
