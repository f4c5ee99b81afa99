import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '#testing';
import { Visitor, type Shown } from './visitor.js';
import { portalWorld, type PortalWorld } from './world.js';

const PERSON = '0192f8a0-0000-7000-8000-000000000001';
const CHANGE = 'POST /v1/consents';
const ERASE = `POST /v1/people/${PERSON}/erase`;
const ASKED = `GET /v1/people/${PERSON}/rights`;
const LOOKUP = 'POST /v1/people/lookup';
const LINK = `POST /v1/people/${PERSON}/links`;
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkZXZpY2UifQ.signature';
const IN_FLIGHT = { status: 409, body: { code: 'idempotency_in_flight' } };

let world: PortalWorld;
let visitor: Visitor;

beforeAll(async () => {
  world = await portalWorld(() => ({ PORTAL_DEV_SIGNIN: '1', TRUST_PROXY: '127.0.0.1' }));
  world.answers.set('GET /v1/purposes', { status: 200, body: { purposes: [{ id: 'newsletter', basis: 'eu-gdpr:A6-1-a', holder: 'person', choice: 'grant-withdraw', channels: ['email'], texts: {} }] } });
  world.answers.set(`GET /v1/people/${PERSON}/consents`, { status: 200, body: { consents: [] } });
});
afterAll(() => world?.close());
beforeEach(async () => {
  for (const path of [CHANGE, ERASE, ASKED, LINK]) world.answers.delete(path);
  world.answers.set(LOOKUP, { status: 200, body: { person: PERSON } });
  await world.pool.query('DELETE FROM portal.waiting');
  visitor = new Visitor();
  await visitor.open(`${world.url}/sign-in`, { method: 'POST', fields: { who: 'anna@example.se' } });
  world.asked.length = 0;
});

const press = (turn: 'on' | 'off', key: string, source?: string): Promise<Shown> => visitor.open(`${world.url}/choices`, { method: 'POST', fields: { key, purpose: 'newsletter', turn }, source });
const resultOf = ({ url }: Shown): string | null => new URL(url).searchParams.get('result');
const asksOf = (path: string): PortalWorld['asked'] => world.asked.filter((one) => one.path === path);
const waiting = async (): Promise<number> => (await world.pool.query('SELECT 1 FROM portal.waiting')).rowCount ?? 0;

describe('while an earlier call under the same key is under way', () => {
  test('a no stays kept, and is sent again under its key until it is decided', async () => {
    world.answers.set(CHANGE, IN_FLIGHT);
    expect(resultOf(await press('off', 'key-of-the-no'))).toBe('waiting');
    await until(() => asksOf(CHANGE).length > 1);
    expect(await waiting()).toBe(1);
    world.answers.set(CHANGE, { status: 503, body: { code: 'unavailable' } });
    const tries = asksOf(CHANGE).length;
    await until(() => asksOf(CHANGE).length > tries);
    world.answers.set(CHANGE, { status: 201, body: { person: PERSON } });
    await until(async () => (await waiting()) === 0, { timeoutMs: 30_000 });
    expect(new Set(asksOf(CHANGE).map(({ key }) => key))).toEqual(new Set(['key-of-the-no:newsletter:off::']));
  });

  test.each([
    ['a page that stands before the ledger, as if all were well', { status: 200, body: '<!doctype html><form></form>' }],
    ['that it has recorded something of nobody', { status: 201, body: {} }],
    ['that there is nothing at the address', { status: 404, body: { code: 'not_found' } }],
    ['an error without a code', { status: 404, body: {} }],
  ])('a no stays kept where the answer is %s', async (_answer, given) => {
    world.answers.set(CHANGE, given);
    expect(resultOf(await press('off', 'key-of-the-no'))).toBe('waiting');
    await until(() => asksOf(CHANGE).length > 1);
    expect(await waiting()).toBe(1);
  });

  test('a yes does not overtake a no that is not decided yet', async () => {
    world.answers.set(CHANGE, IN_FLIGHT);
    await press('off', 'key-of-the-no');
    expect(resultOf(await press('on', 'key-of-the-yes'))).toBe('failed');
    expect(asksOf(CHANGE).map(({ key }) => key)).not.toContain('key-of-the-yes:newsletter:on::');
    expect(await waiting()).toBe(1);
  });

  test('nobody is told that his erasure was refused: the same is asked again with one press', async () => {
    world.answers.set(ERASE, IN_FLIGHT);
    const page = await visitor.open(`${world.url}/rights/erasure/now`, { method: 'POST', fields: { key: 'key-of-the-erasure', sure: 'yes' } });
    expect(page.status).toBe(503);
    world.answers.set(ERASE, { status: 200, body: { erased: { identifiers: 1, evidence: 0, purposes: [] }, kept: [], removed: true } });
    expect((await visitor.press(page, {})).status).toBe(200);
    expect(asksOf(ERASE).map(({ key }) => key)).toEqual(['key-of-the-erasure', 'key-of-the-erasure']);
  });

  test('a device stays to be linked', async () => {
    world.answers.set(LINK, IN_FLIGHT);
    const onward = await visitor.open(`${world.url}/from-website`, { method: 'POST', fields: { device: TOKEN }, origin: 'http://www.example.test' });
    await visitor.press(onward, {});
    world.answers.set(LINK, { status: 201, body: { person: PERSON, device: 'd' } });
    const tries = asksOf(LINK).length;
    await visitor.open(`${world.url}/`);
    expect(asksOf(LINK)).toHaveLength(tries + 1);
    await visitor.open(`${world.url}/`);
    expect(asksOf(LINK)).toHaveLength(tries + 1);
  });
});

describe('a yes to one channel', () => {
  const CONSENTS = `GET /v1/people/${PERSON}/consents`;
  const PURPOSE = { id: 'newsletter', basis: 'eu-gdpr:A6-1-a', holder: 'person', choice: 'grant-withdraw', channels: ['app', 'email', 'sms'], texts: {} };
  let channels: string[];
  let version: number;
  const decide = (body: unknown): { status: number; body: unknown } => {
    const [{ decision, channels: named = [], ifVersion }] = (body as { decisions: [{ decision: string; channels?: string[]; ifVersion?: number }] }).decisions;
    if (decision === 'grant' && ifVersion !== undefined && ifVersion !== version) return { status: 409, body: { code: 'version_moved' } };
    channels = decision === 'grant' ? named : channels.filter((one) => !named.includes(one));
    version += 1;
    return { status: 201, body: { person: PERSON } };
  };
  const switched = (turn: 'on' | 'off', channel: string): Promise<Shown> => visitor.open(`${world.url}/choices`, { method: 'POST', fields: { key: `key-of-${turn}-${channel}`, purpose: 'newsletter', turn, channel } });

  beforeEach(() => {
    channels = ['email', 'sms'];
    version = 1;
    world.answers.set('GET /v1/purposes', { status: 200, body: { purposes: [PURPOSE] } });
    world.answers.set(CONSENTS, () => ({ status: 200, body: { consents: [{ purpose: 'newsletter', status: 'given', allowed: true, version, channels }] } }));
  });

  test('gives back no other one whose no had waited for the ledger', async () => {
    world.answers.set(CHANGE, { status: 503, body: { code: 'unavailable' } });
    expect(resultOf(await switched('off', 'email'))).toBe('waiting');
    world.answers.set(CHANGE, decide);
    expect(resultOf(await switched('on', 'app'))).toBe('saved');
    expect([channels, await waiting()]).toEqual([['app', 'sms'], 0]);
  });

  test.each([1, 2, 3, 4, 5])('gives back no other one to which a no is said at the same time (%i)', async () => {
    world.answers.set(CHANGE, decide);
    await Promise.all([switched('off', 'email'), switched('on', 'app')]);
    expect(channels).toEqual(['app', 'sms']);
  });

  test('gives back no other one that is taken away elsewhere while it is decided: the same person, signed in another way', async () => {
    let taken = 0;
    world.answers.set(CHANGE, (body: unknown) => {
      if (taken < 2) decide({ decisions: [{ decision: 'withdraw', channels: [['email', 'sms'][taken]] }] });
      taken += 1;
      return decide(body);
    });
    expect(resultOf(await switched('on', 'app'))).toBe('saved');
    expect(channels).toEqual(['app']);
  });
});

test('after an erasure the portal holds no link that was asked for by the address, nor the address', async () => {
  world.answers.set(ERASE, { status: 200, body: { erased: { identifiers: 1, evidence: 0, purposes: [] }, kept: [], removed: true } });
  await world.pool.query(`INSERT INTO portal.mail_asks VALUES (gen_random_uuid(), 'anna@example.se', 'sv', '192.0.2.1', now()), (gen_random_uuid(), 'bo@example.se', 'sv', '192.0.2.1', now())`);
  await visitor.open(`${world.url}/rights/erasure/now`, { method: 'POST', fields: { key: 'key-of-the-erasure', sure: 'yes' } });
  expect((await world.pool.query('SELECT email FROM portal.mail_asks')).rows).toEqual([{ email: 'bo@example.se' }]);
});

describe('an erasure whose answer was lost', () => {
  const KEY = 'key-of-the-erasure';
  const AWAY = { status: 503, body: { code: 'unavailable' } };
  const NOBODY = { status: 404, body: { code: 'person_unknown' } };
  const DONE = { status: 200, body: { erased: { identifiers: 3, evidence: 0, purposes: [] }, kept: [], removed: true } };
  const askedFor = (right: string): { status: number; body: unknown } => ({ status: 200, body: { rights: [{ right, event: PERSON, askedAt: '', due: '', state: 'closed', outcome: 'erased' }] } });
  let page: Shown;

  beforeEach(async () => {
    world.answers.set(ERASE, AWAY);
    page = await visitor.open(`${world.url}/rights/erasure/now`, { method: 'POST', fields: { key: KEY, sure: 'yes' } });
    expect(page.status).toBe(503);
    world.answers.set(ERASE, DONE);
    world.answers.set(ASKED, askedFor('erase'));
    world.answers.set(LOOKUP, NOBODY);
  });
  const isTold = ({ status, body }: Shown): boolean => status === 200 && body.includes('role="status"') && !body.includes('role="alert"');

  test('is told as done, though by then nobody is found by the address, and the session was looked at in between', async () => {
    await visitor.open(`${world.url}/`);
    const told = await visitor.press(page, {});
    expect(isTold(told)).toBe(true);
    expect(told.body).toContain('3 ');
    expect(asksOf(ERASE).map(({ key }) => key)).toEqual([KEY, KEY]);
    expect((await visitor.open(`${world.url}/`, { until: `${world.url}/sign-in` })).url).toBe(`${world.url}/sign-in`);
  });

  test('so too where Kafka was quicker and the session is gone, also after a second silence', async () => {
    await world.pool.query('DELETE FROM portal.sessions');
    world.answers.set(ERASE, AWAY);
    page = await visitor.press(page, {});
    expect(page.status).toBe(503);
    world.answers.set(ERASE, DONE);
    expect(isTold(await visitor.press(page, {}))).toBe(true);
    expect(new Set(asksOf(ERASE).map(({ key }) => key))).toEqual(new Set([KEY]));
  });

  test('another browser learns nothing by the key', async () => {
    await world.pool.query('DELETE FROM portal.sessions');
    const tries = asksOf(ERASE).length;
    const { url } = await new Visitor().open(`${world.url}/rights/erasure/now`, { method: 'POST', fields: { key: KEY, sure: 'yes' }, until: `${world.url}/sign-in` });
    expect(url).toBe(`${world.url}/sign-in`);
    expect(asksOf(ERASE)).toHaveLength(tries);
  });

  test('an address that was only corrected away meanwhile erases nobody', async () => {
    world.answers.set(ASKED, askedFor('access'));
    const tries = asksOf(ERASE).length;
    expect((await visitor.press(page, {})).status).toBe(422);
    await world.pool.query('DELETE FROM portal.sessions');
    await visitor.press(page, {}, `${world.url}/sign-in`);
    expect(asksOf(ERASE)).toHaveLength(tries);
  });

  test('who had been erased by another door is told so, without figures', async () => {
    world.answers.set(ERASE, { status: 410, body: { code: 'person_erased' } });
    expect(isTold(await visitor.press(page, {}))).toBe(true);
  });

  test('what cannot be removed in the portal does not make it undone', async () => {
    await world.pool.query('ALTER TABLE portal.waiting RENAME TO put_aside');
    const told = await visitor.press(page, {});
    await world.pool.query('ALTER TABLE portal.put_aside RENAME TO waiting');
    expect(isTold(told)).toBe(true);
  });
});

describe('what a decision leaves as evidence', () => {
  const evidence = (): unknown[] => asksOf(CHANGE).map(({ network, agent }) => [network, agent]);
  const signedIn = async (agent: string): Promise<void> => {
    visitor = new Visitor(agent);
    await visitor.open(`${world.url}/sign-in`, { method: 'POST', fields: { who: 'anna@example.se' } });
  };

  test('is the visitor’s network, never his address, and his browser', async () => {
    world.answers.set(CHANGE, { status: 201, body: { person: PERSON } });
    await signedIn('Mozilla/5.0 (X11) Firefox/140.0');
    await press('on', 'key-of-the-yes', '192.0.2.77');
    await press('off', 'key-of-the-no', '2001:db8:1:2::3');
    expect(evidence()).toEqual([['192.0.2.0', 'Mozilla/5.0 (X11) Firefox/140.0'], ['2001:db8:1::', 'Mozilla/5.0 (X11) Firefox/140.0']]);
  });

  test('stays with a no that waits, and goes with it: whoever presses next has his own', async () => {
    world.answers.set(CHANGE, { status: 503, body: { code: 'unavailable' } });
    await signedIn('Firefox');
    expect(resultOf(await press('off', 'key-of-the-no', '192.0.2.77'))).toBe('waiting');
    world.asked.length = 0;
    world.answers.set(CHANGE, { status: 201, body: { person: PERSON } });
    await signedIn('Chrome');
    expect(resultOf(await press('on', 'key-of-the-yes', '198.51.100.9'))).toBe('saved');
    expect(new Set(evidence().map(String))).toEqual(new Set(['192.0.2.0,Firefox', '198.51.100.0,Chrome']));
    expect(await waiting()).toBe(0);
  });

  test('holds no more of a browser’s name than the ledger keeps, and hinders nobody: what a call cannot carry is left out of it', async () => {
    world.answers.set(CHANGE, { status: 201, body: { person: PERSON } });
    await signedIn(`B\u00e9\t${'x'.repeat(600)}`);
    expect(resultOf(await press('off', 'key-of-the-no', 'nowhere'))).toBe('saved');
    expect(evidence()).toEqual([[undefined, `B??${'x'.repeat(509)}`]]);
  });
});
