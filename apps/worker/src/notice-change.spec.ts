import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { loadCatalogue } from '#catalogue';
import { decideFact, type PersonFact } from '#consent';
import type { LedgerEvent } from '#contracts';
import { createPool, KEYED_LOOKUPS } from '#database';
import { changeConsent, Ledger, newHolderId, nowMicros, personCall, readCatalogue, streamsOf, timeText, uuidv7, type CatalogueInForce } from '#ledger';
import { loadCatalogueInto } from '#setup';
import { freshLedger, nextVersion, until, type FreshLedger } from '#testing';
import type { RoundOptions } from './consequence.js';
import { noticeChange } from './notice-change.js';

const first = loadCatalogue();
const SIGNUP = 'newsletter-signup';
const always = { leads: () => true, signal: new AbortController().signal };

let fresh: FreshLedger;
let options: RoundOptions & { pool: FreshLedger['pool'] };
beforeEach(async () => {
  fresh = await freshLedger();
  const pool = createPool({ url: fresh.url, name: 'worker', max: 5, settings: { ...KEYED_LOOKUPS, role: 'samtycke_worker' } });
  options = { pool, ledger: fresh.id, appender: new Ledger({ ...fresh.options, pool }), log: pino({ level: 'silent' }), catalogue: () => readCatalogue(pool, fresh.id) };
});
afterEach(async () => {
  await options.appender.close();
  await options.pool.end();
  await fresh.close();
});

function purposeIn(catalogue: CatalogueInForce | undefined, id: string) {
  const purpose = catalogue?.purposes.get(id);
  if (!purpose) throw new Error('no purpose');
  return purpose;
}

/** Under the catalogue as it stands, or as an api knows it that has not read it again. */
async function grant(purposes: string[], version = '1.3', person = newHolderId(), known?: CatalogueInForce): Promise<string> {
  const catalogue = known ?? (await readCatalogue(fresh.pool, fresh.id));
  const wishes = purposes.map((id) => ({ purpose: purposeIn(catalogue, id), decision: 'grant' as const }));
  const notice = catalogue?.notices.get(`${SIGNUP}\n${version}\nsv`);
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes, actor: { kind: 'system', id: 'crm' }, notice, evidence: {} }));
  return person;
}

async function events(who: string): Promise<LedgerEvent[]> {
  const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 ORDER BY seq', [who]);
  return rows.map(({ bytes }) => JSON.parse(bytes.toString()) as LedgerEvent);
}

const past = (seconds: number): string => timeText(nowMicros() - seconds * 1_000_000);
const change = (version: string, from: string) => loadCatalogueInto(fresh.options, nextVersion(first, SIGNUP, version, { change: 'material', from }), { leadMs: 0 });
const publication = async (version: string) => (await readCatalogue(fresh.pool, fresh.id))?.publications.find((one) => one.id === SIGNUP && one.version === version);

test('a material change withdraws on its day, once, what was given under the older version and not renewed since', async () => {
  const [both, renewed, other] = [await grant(['newsletter', 'electronic-marketing']), await grant(['newsletter']), newHolderId()];
  const device = { people: [], device: { person: other, kind: 'device' as const }, wishes: [{ purpose: purposeIn(fresh.catalogue, 'statistics'), decision: 'grant' as const }] };
  await changeConsent(fresh.ledger, async () => ({ ...device, request: uuidv7(), actor: { kind: 'system', id: 'crm' }, notice: fresh.catalogue.notices.get('cookies\n1.3\nsv'), evidence: {} }));
  await change('1.4', timeText(nowMicros() + 1_500_000));
  await grant(['newsletter'], '1.4', renewed);
  expect(await noticeChange(options).run(always)).toBe(0);
  const published = await publication('1.4');
  await until(() => timeText(nowMicros()) > (published?.from ?? ''));
  expect(await noticeChange(options).run(always)).toBe(2);
  expect(await noticeChange(options).run(always)).toBe(0);
  const ended = (await events(both)).slice(2);
  expect(ended.map((event) => event.purpose).sort()).toEqual(['electronic-marketing', 'newsletter']);
  for (const [ordinal, event] of ended.entries()) {
    expect(event).toMatchObject({ type: 'consent-withdrawn', reason: 'notice-changed', causes: [published?.event], request: published?.event, ordinal, occurredAt: published?.from, actor: { kind: 'ledger', id: 'notice-change' }, after: { status: 'withdrawn', allowed: false, channels: [] } });
    expect(event.decision).toBeUndefined();
  }
  expect((await events(renewed)).map((event) => event.type)).toEqual(['consent-granted', 'consent-granted']);
  expect((await events(other)).map((event) => event.type)).toEqual(['consent-granted']);
});

test('devices’ consents too', async () => {
  const person = newHolderId();
  const wishes = [{ purpose: purposeIn(fresh.catalogue, 'statistics'), decision: 'grant' as const }];
  const notice = fresh.catalogue.notices.get('cookies\n1.3\nsv');
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [], device: { person, kind: 'device' }, wishes, actor: { kind: 'system', id: 'crm' }, notice, evidence: {} }));
  await loadCatalogueInto(fresh.options, nextVersion(first, 'cookies', '1.4', { change: 'material', from: past(60) }), { leadMs: 0 });
  expect(await noticeChange(options).run(always)).toBe(1);
  expect((await events(person)).at(-1)).toMatchObject({ kind: 'device', type: 'consent-withdrawn', reason: 'notice-changed', after: { allowed: false } });
});

test('an editorial change leaves every consent', async () => {
  const person = await grant(['newsletter']);
  await loadCatalogueInto(fresh.options, nextVersion(first, SIGNUP, '1.4', { change: 'editorial' }));
  expect(await noticeChange(options).run(always)).toBe(0);
  expect(await fresh.reader.heads.load({ person, purpose: 'newsletter' })).toMatchObject({ status: 'given', allowed: true });
});

test('a consent that a lagging api took after the first pass is found by the next one, before the change is ticked off', async () => {
  const lagging = await readCatalogue(fresh.pool, fresh.id);
  const person = await grant(['newsletter']);
  await change('1.4', past(60));
  expect(await noticeChange(options).run(always)).toBe(1);
  await grant(['electronic-marketing'], '1.3', person, lagging);
  expect(await noticeChange(options).run(always)).toBe(1);
  const [published, last] = [await publication('1.4'), (await events(person)).at(-1)];
  expect(last).toMatchObject({ type: 'consent-withdrawn', purpose: 'electronic-marketing', reason: 'notice-changed', causes: [published?.event] });
  expect((await fresh.pool.query('SELECT * FROM notice_sweeps')).rowCount).toBe(0);
});

test('a change is ticked off once no api can take a consent under the older version, and is not looked at again', async () => {
  await grant(['newsletter']);
  await change('1.4', past(60));
  const published = await publication('1.4');
  expect(await noticeChange({ ...options, settledMs: 0 }).run(always)).toBe(1);
  const { rows } = await fresh.pool.query('SELECT event FROM notice_sweeps');
  expect(rows).toEqual([{ event: published?.event }]);
  await grant(['newsletter'], '1.3', newHolderId(), fresh.catalogue);
  expect(await noticeChange(options).run(always)).toBe(0);
});

test('a change is not ticked off where one consent could not be withdrawn: the next pass does', async () => {
  const people = [await grant(['newsletter']), await grant(['newsletter'])];
  await change('1.4', past(60));
  let faults = 1;
  const append = ((call: never) => (faults-- > 0 ? Promise.reject(new Error('a fault')) : options.appender.append(call))) as Ledger['append'];
  const round = noticeChange({ ...options, appender: { append } as Ledger, settledMs: 0 });
  expect(await round.run(always)).toBe(1);
  expect((await fresh.pool.query('SELECT * FROM notice_sweeps')).rowCount).toBe(0);
  expect([await round.run(always), await round.run(always)]).toEqual([1, 0]);
  for (const person of people) expect((await events(person)).at(-1)).toMatchObject({ type: 'consent-withdrawn', reason: 'notice-changed' });
});

test('a worker that ended half way is followed by one that does the rest; two at once withdraw each consent once', async () => {
  const people = await Promise.all(Array.from({ length: 450 }, () => grant(['newsletter', 'market-research'])));
  await change('1.4', past(60));
  let asked = 0;
  await noticeChange(options).run({ ...always, leads: () => (asked += 1) < 2 });
  const ended = async () => Number((await fresh.pool.query<{ n: string }>(`SELECT count(*) AS n FROM events WHERE type = 'consent-withdrawn'`)).rows[0]?.n);
  expect(await ended()).toBe(200);
  await Promise.all([noticeChange(options).run(always), noticeChange(options).run(always)]);
  expect(await ended()).toBe(people.length * 2);
});

test('it rests after each batch four times as long as the batch took', async () => {
  await Promise.all(Array.from({ length: 300 }, () => grant(['newsletter'])));
  await change('1.4', past(60));
  let busy = 0;
  const timed = { ...options, appender: { append: async (call: Parameters<Ledger['append']>[0]) => {
    const since = performance.now();
    const answer = await options.appender.append(call);
    busy = Math.max(busy, performance.now() - since);
    return answer;
  } } as unknown as Ledger };
  const since = performance.now();
  expect(await noticeChange(timed).run(always)).toBe(300);
  expect(performance.now() - since).toBeGreaterThan(4 * busy);
});

test('what is restricted on that day is withdrawn too: once the restriction is lifted, nothing is allowed under the older text', async () => {
  const person = await grant(['newsletter']);
  const purposes = [purposeIn(fresh.catalogue, 'newsletter')];
  const state = (fact: PersonFact) => fresh.ledger.append(personCall({ request: uuidv7(), holder: { person, kind: 'person' }, actor: { kind: 'system', id: 'crm' }, purposes, decide: (view) => decideFact(fact, view.person, streamsOf(view, purposes), view.recordedAt) }));
  await state({ kind: 'restrict', ground: 'eu-gdpr:A18-1-a' });
  await change('1.4', past(60));
  expect(await noticeChange({ ...options, settledMs: 0 }).run(always)).toBe(1);
  await state({ kind: 'lift-restriction', ground: 'x' });
  expect((await fresh.reader.heads.load({ person, purpose: 'newsletter' }))).toMatchObject({ status: 'withdrawn', allowed: false });
  expect((await events(person)).map(({ type, reason }) => [type, reason])).toContainEqual(['consent-withdrawn', 'notice-changed']);
});
