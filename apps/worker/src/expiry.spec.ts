import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { decide, emptyStream, mayProcess } from '#consent';
import { messageData, type LedgerEvent } from '#contracts';
import { createPool, KEYED_LOOKUPS } from '#database';
import { changeConsent, Ledger, newHolderId, nowMicros, timeText, uuidv7 } from '#ledger';
import { freshLedger, type FreshLedger } from '#testing';
import { Tokens } from '#vault';
import type { RoundOptions } from './consequence.js';
import { expiry } from './expiry.js';
import { lapse } from './lapse.js';
import { sendConfirmation } from './send-confirmation.js';

const DAY_US = 86_400_000_000;
const ago = (days: number): string => timeText(nowMicros() - days * DAY_US);
const always = { leads: () => true, signal: new AbortController().signal };

let fresh: FreshLedger;
const workers: (RoundOptions & { close(): Promise<void> })[] = [];
beforeAll(async () => {
  fresh = await freshLedger();
  for (let at = 0; at < 2; at += 1) workers.push(worker());
});
afterAll(async () => {
  for (const one of workers) await one.close();
  await fresh.close();
});

/** A worker as its program makes it, with the rights of its role. */
function worker(): RoundOptions & { close(): Promise<void> } {
  const pool = createPool({ url: fresh.url, name: 'worker', max: 5, settings: { ...KEYED_LOOKUPS, role: 'samtycke_worker' } });
  const appender = new Ledger({ ...fresh.options, pool });
  return { pool, ledger: fresh.id, appender, log: pino({ level: 'silent' }), catalogue: async () => fresh.catalogue, close: async () => {
    await appender.close();
    await pool.end();
  } };
}
const [one, other] = [() => workers[0] as RoundOptions, () => workers[1] as RoundOptions];

const purposeOf = (id: string) => {
  const purpose = fresh.catalogue.purposes.get(id);
  if (!purpose) throw new Error('no purpose');
  return purpose;
};

/** A device's consent to statistics (it ends after twelve months), given some days ago. */
async function device(days: number, person = newHolderId(), purpose = 'statistics'): Promise<string> {
  const wishes = [{ purpose: purposeOf(purpose), decision: 'grant' as const }];
  const notice = fresh.catalogue.notices.get('cookies\n1.3\nsv');
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [], device: { person, kind: 'device' }, wishes, actor: { kind: 'system', id: 'crm' }, notice, evidence: {}, occurredAt: ago(days) }));
  return person;
}

/** A person's consent that ends, by a purpose of the same catalogue with an end of its own. */
async function person(days: number): Promise<string> {
  const id = newHolderId();
  const purpose = { ...purposeOf('electronic-marketing'), validMonths: 1 };
  const notice = fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv');
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: id, kind: 'person' }], wishes: [{ purpose, decision: 'grant' }], actor: { kind: 'system', id: 'crm' }, notice, evidence: {}, occurredAt: ago(days) }));
  return id;
}

async function events(who: string): Promise<LedgerEvent[]> {
  const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 ORDER BY seq', [who]);
  return rows.map(({ bytes }) => JSON.parse(bytes.toString()) as LedgerEvent);
}

const expired = async (): Promise<number> =>
  Number((await fresh.pool.query<{ n: string }>(`SELECT count(*) AS n FROM heads WHERE status = 'expired'`)).rows[0]?.n);

test('a consent whose end has passed, a person’s or a device’s, is withdrawn once, reason expired, caused by the event that set its end', async () => {
  const [ended, running, someone] = [await device(400), await device(300), await person(40)];
  expect(await expiry(one()).run(always)).toBe(2);
  expect(await expiry(one()).run(always)).toBe(0);
  const [granted, over, ...more] = await events(ended);
  expect(more).toEqual([]);
  expect(over).toMatchObject({
    type: 'consent-withdrawn', reason: 'expired', kind: 'device', purpose: 'statistics', version: 2, occurredAt: granted?.after?.validUntil,
    causes: [granted?.event], request: granted?.event, ordinal: 0, actor: { kind: 'ledger', id: 'expiry' }, after: { status: 'expired', allowed: false },
  });
  expect(over?.decision).toBeUndefined();
  expect(messageData(over as LedgerEvent, 'hash')).toMatchObject({ status: 'expired', allowed: false, reason: 'expired' });
  expect((await events(someone)).at(-1)).toMatchObject({ type: 'consent-withdrawn', reason: 'expired', kind: 'person', after: { status: 'expired', allowed: false, channels: [] } });
  expect((await events(running)).map((event) => event.type)).toEqual(['consent-granted']);
});

test('a consent renewed between the look and the append stays: it is decided from the stream as it stands', async () => {
  const id = await device(400);
  const late = { ...one(), appender: { append: async (call: Parameters<Ledger['append']>[0]) => {
    await device(0, id);
    return one().appender.append(call);
  } } as unknown as Ledger };
  expect(await expiry(late).run(always)).toBe(0);
  expect((await events(id)).at(-1)).toMatchObject({ type: 'consent-granted', after: { status: 'renewed', allowed: true } });
});

test('two workers at once, and one that ended half way, write each expiry once', async () => {
  const before = await expired();
  const people = await Promise.all(Array.from({ length: 2_500 }, () => device(400)));
  let asked = 0;
  const dying = { ...always, leads: () => (asked += 1) < 2 };
  const half = await expiry(one()).run(dying);
  expect(half).toBe(2_000);
  const counts = await Promise.all([expiry(one()).run(always), expiry(other()).run(always)]);
  expect(half + counts[0] + counts[1]).toBeGreaterThanOrEqual(people.length);
  expect(await expired()).toBe(before + people.length);
  const { rows } = await fresh.pool.query(`SELECT person FROM events WHERE type = 'consent-withdrawn' GROUP BY person, purpose, request HAVING count(*) > 1`);
  expect(rows).toEqual([]);
});

test('several consents of one device end each by its own event', async () => {
  const id = await device(400);
  await device(400, id, 'site-improvement');
  expect(await expiry(one()).run(always)).toBe(2);
  const ends = (await events(id)).slice(2);
  expect(ends.map((event) => [event.purpose, event.reason]).sort()).toEqual([['site-improvement', 'expired'], ['statistics', 'expired']]);
  expect(new Set(ends.map((event) => event.request)).size).toBe(2);
});

/** A request for the newsletter whose token ended some days ago, or lives. */
async function request(endedDaysAgo: number, who = newHolderId()): Promise<{ person: string; event: string }> {
  const notice = fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv');
  const wishes = [{ purpose: purposeOf('newsletter'), decision: 'request' as const }];
  const asked = await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: who, kind: 'person' }], wishes, actor: { kind: 'unverified', id: 'website' }, notice, evidence: {}, occurredAt: ago(7 + endedDaysAgo) }));
  const event = asked.decisions[0]?.event ?? '';
  const hash = Buffer.from(event.replaceAll('-', ''), 'hex');
  await fresh.pool.query('INSERT INTO tokens (ledger, hash, person, purpose, event, expires_at) VALUES ($1, $2, $3, $4, $5, $6)', [fresh.id, hash, who, 'newsletter', event, ago(endedDaysAgo)]);
  return { person: who, event };
}

test('a request older than its token is closed once, the status before stands again, and its confirmation grants nothing', async () => {
  const [old, open] = [await request(1), await request(-1)];
  expect(await lapse(one()).run(always)).toBe(1);
  expect(await lapse(other()).run(always)).toBe(0);
  const [, closed, ...more] = await events(old.person);
  expect(more).toEqual([]);
  expect(closed).toMatchObject({ type: 'request-closed', causes: [old.event], request: old.event, actor: { kind: 'ledger', id: 'lapse' }, after: { status: 'unknown', allowed: false, channels: [] } });
  expect((await events(open.person)).map((event) => event.type)).toEqual(['request-opened']);
  const stream = await fresh.reader.heads.load({ person: old.person, purpose: 'newsletter' });
  const confirm = { decision: 'grant', holder: 'person', actor: { kind: 'person', id: old.person }, recordedAt: ago(0), confirms: old.event } as const;
  expect(decide(confirm, stream ?? emptyStream(purposeOf('newsletter')), purposeOf('newsletter'))).toEqual({ kind: 'refused', code: 'request_closed' });
});

test('a request that no mail can be sent for ends like any other', async () => {
  const notice = fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv');
  const who = newHolderId();
  const wishes = [{ purpose: purposeOf('newsletter'), decision: 'request' as const }];
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: who, kind: 'person' }], wishes, actor: { kind: 'unverified', id: 'website' }, notice, evidence: {} }));
  const [opened] = await events(who);
  const tokens = new Tokens(fresh.keyring.origin, fresh.keyring.tokens);
  const post = () => Promise.reject(new Error('nobody to write to'));
  const mail = { ...one(), origin: fresh.keyring.origin, keys: fresh.keys, tokens, publicUrl: 'https://consent.example.test', from: 'x@example.se', post };
  expect(await sendConfirmation(mail, opened as LedgerEvent)).toBe(false);
  await fresh.pool.query(`UPDATE tokens SET expires_at = now() - interval '1 second' WHERE person = $1`, [who]);
  expect(await lapse(one()).run(always)).toBe(1);
  expect((await events(who)).map((event) => event.type)).toEqual(['request-opened', 'request-closed']);
});

test('a request that could not be closed is closed by the next round of the same process', async () => {
  const { person: who } = await request(1);
  await fresh.pool.query(`UPDATE tokens SET expires_at = now() - interval '1 second' WHERE person = $1`, [who]);
  let faults = 1;
  const { appender, ...options } = one();
  const append = ((call: never) => (faults-- > 0 ? Promise.reject(new Error('a fault')) : appender.append(call))) as Ledger['append'];
  const round = lapse({ ...options, appender: { append } as Ledger });
  expect([await round.run(always), await round.run(always), await round.run(always)]).toEqual([0, 1, 0]);
});

test('a request of a day on which its mail went out already lapses like any other', async () => {
  const who = newHolderId();
  const identifier = { id: newHolderId(), kind: 'email' as const };
  const ask = (decision: 'grant' | 'withdraw') => changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: who, kind: 'person', via: identifier }], wishes: [{ purpose: purposeOf('newsletter'), decision }], actor: { kind: 'unverified', id: 'website' }, notice: fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv'), evidence: {} }));
  for (const decision of ['grant', 'withdraw', 'grant'] as const) await ask(decision);
  const [first, , second] = await events(who);
  await fresh.pool.query(`INSERT INTO mails (ledger, kind, event, person, sent_at) VALUES ($1, 'confirmation', $2, $3, now())`, [fresh.id, first?.event, who]);
  const tokens = new Tokens(fresh.keyring.origin, fresh.keyring.tokens);
  const mail = { ...one(), origin: fresh.keyring.origin, keys: fresh.keys, tokens, publicUrl: 'https://consent.example.test', from: 'x@example.se', post: () => Promise.reject(new Error('a second mail')) };
  expect(await sendConfirmation(mail, second as LedgerEvent)).toBeInstanceOf(Date);
  await fresh.pool.query(`UPDATE tokens SET expires_at = now() - interval '1 second' WHERE person = $1`, [who]);
  expect(await lapse(one()).run(always)).toBe(1);
  expect((await events(who)).at(-1)).toMatchObject({ type: 'request-closed', after: { status: 'withdrawn', allowed: false } });
});

test('a request that a withdrawal closed stays as it is', async () => {
  const { person: who } = await request(1);
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: who, kind: 'person' }], wishes: [{ purpose: purposeOf('newsletter'), decision: 'withdraw' }], actor: { kind: 'person', id: who }, evidence: {} }));
  expect(await lapse(one()).run(always)).toBe(0);
  const stream = await fresh.reader.heads.load({ person: who, purpose: 'newsletter' });
  expect(stream).toMatchObject({ status: 'withdrawn', allowed: false });
  expect(stream && mayProcess(stream, ago(0))).toBe(false);
});
