import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '#testing';
import { Visitor, type Shown } from './visitor.js';
import { portalWorld, type PortalWorld } from './world.js';

const BEFORE = '0192f8a0-0000-7000-8000-00000000000a';
const NOW = '0192f8a0-0000-7000-8000-00000000000b';
const EVENT: Record<string, string> = { [BEFORE]: '0192f8a0-0000-7000-8000-0000000000ea', [NOW]: '0192f8a0-0000-7000-8000-0000000000eb' };
const LOOKUP = 'POST /v1/people/lookup';
const CHANGE = 'POST /v1/consents';
const AMBIGUOUS = { status: 409, body: { code: 'subject_ambiguous' } };
const AWAY = { status: 503, body: { code: 'unavailable' } };

let world: PortalWorld;
let visitor: Visitor;

const known = (person: string): { status: number; body: unknown } => ({ status: 200, body: { person } });

beforeAll(async () => {
  world = await portalWorld(() => ({ PORTAL_DEV_SIGNIN: '1' }));
  world.answers.set('GET /v1/purposes', { status: 200, body: { purposes: [{ id: 'newsletter', basis: 'eu-gdpr:A6-1-a', holder: 'person', choice: 'grant-withdraw', channels: ['email'], texts: {} }] } });
  for (const person of [BEFORE, NOW]) {
    world.answers.set(`GET /v1/people/${person}/rights`, { status: 200, body: { rights: [] } });
    world.answers.set(`GET /v1/people/${person}/consents`, { status: 200, body: { consents: [] } });
    world.answers.set(`POST /v1/people/${person}/receipts`, { status: 201, body: { url: `${world.url}/receipt-of-${person}` } });
    await world.pool.query(`INSERT INTO portal.decisions (person, seq, purpose, type, occurred_at, recorded_at, event) VALUES ($1, 1, 'newsletter', 'consent-granted', now(), now(), $2)`, [person, EVENT[person]]);
  }
});
afterAll(() => world?.close());
beforeEach(async () => {
  world.answers.set(LOOKUP, known(BEFORE));
  world.answers.set(CHANGE, { status: 201, body: { person: NOW } });
  visitor = new Visitor();
  await visitor.open(`${world.url}/sign-in`, { method: 'POST', fields: { who: 'anna@example.se' } });
  world.asked.length = 0;
});

const open = (path: string): Promise<Shown> => visitor.open(world.url + path, { until: `${world.url}/receipt-of-` });
const shownEvents = ({ body }: Shown): string[] => Object.values(EVENT).filter((event) => body.includes(event));
const subjects = (): unknown[] => world.asked.filter(({ path }) => path === CHANGE).map(({ body }) => (body as { subject: unknown }).subject);

async function press(turn: 'on' | 'off'): Promise<string | null> {
  const { url } = await visitor.open(`${world.url}/choices`, { method: 'POST', fields: { key: crypto.randomUUID(), purpose: 'newsletter', turn } });
  return new URL(url).searchParams.get('result');
}

describe('when somebody else than before stands behind what a person signed in by', () => {
  beforeEach(() => void world.answers.set(LOOKUP, known(NOW)));

  test('a history is that of the person who stands there now', async () => {
    expect(shownEvents(await open('/history'))).toEqual([EVENT[NOW]]);
  });

  test('receipts are those of the person who stands there now', async () => {
    expect((await open(`/receipts/${EVENT[BEFORE]}`)).status).toBe(404);
    expect((await open(`/receipts/${EVENT[NOW]}`)).url).toBe(`${world.url}/receipt-of-${NOW}`);
  });

  test.each(['on', 'off'] as const)('a press counts for the person who stands there now (%s)', async (turn) => {
    expect(await press(turn)).toBe('saved');
    expect(subjects()).toEqual([{ person: NOW }]);
  });

  test('a correction begins for the person who stands there now', async () => {
    await visitor.open(`${world.url}/rights/correction`, { method: 'POST', fields: { key: crypto.randomUUID(), email: 'new@example.se' } });
    const { rows } = await world.pool.query('SELECT person FROM portal.corrections');
    expect(rows).toEqual([{ person: NOW }]);
  });
});

test('whoever lives in another country finds his authority too', async () => {
  expect((await open('/rights')).body).toContain('https://www.edpb.europa.eu/about-edpb/about-edpb/members_en');
});

describe('when several people stand there', () => {
  beforeEach(() => void world.answers.set(LOOKUP, AMBIGUOUS));

  test('nobody’s history or receipts are shown', async () => {
    expect(shownEvents(await open('/history'))).toEqual([]);
    expect((await open(`/receipts/${EVENT[BEFORE]}`)).status).toBe(404);
  });

  test('a no goes to the ledger by what he signed in by, a yes does not go', async () => {
    expect(await press('off')).toBe('saved');
    expect(await press('on')).toBe('refused');
    expect(subjects()).toEqual([{ email: 'anna@example.se' }]);
    world.answers.set(LOOKUP, AWAY);
    expect(shownEvents(await open('/history'))).toEqual([]);
  });
});

describe('while the ledger does not say who stands there', () => {
  beforeEach(() => void world.answers.set(LOOKUP, AWAY));

  test.each([
    ['by an error that is not of the ledger', { status: 404, body: {} }],
    ['by an answer that names nobody', { status: 200, body: {} }],
  ])('%s, he is not forgotten', async (_how, given) => {
    world.answers.set(LOOKUP, given);
    await open('/');
    expect(shownEvents(await open('/history'))).toEqual([EVENT[BEFORE]]);
  });

  test('the history is that of the person who was last known, and no receipt is given', async () => {
    expect(shownEvents(await open('/history'))).toEqual([EVENT[BEFORE]]);
    expect((await open(`/receipts/${EVENT[BEFORE]}`)).status).toBe(503);
  });

  test('a no is kept for the person who was last known, and arrives; a yes is not saved', async () => {
    expect(await press('off')).toBe('waiting');
    expect(await press('on')).toBe('failed');
    await until(() => subjects().length > 0);
    expect(subjects()).toEqual([{ person: BEFORE }]);
  });
});

test('a page that was closed before its session was found is not counted as open', async () => {
  const blocker = await world.pool.connect();
  await blocker.query('BEGIN; LOCK TABLE portal.sessions');
  const headers = { cookie: [...visitor.cookies(world.url)].map((pair) => pair.join('=')).join('; ') };
  const waits = async (): Promise<boolean> => ((await blocker.query(`SELECT FROM pg_locks WHERE relation = 'portal.sessions'::regclass AND NOT granted`)).rowCount ?? 0) > 0;
  const closing = new AbortController();
  const closed = fetch(`${world.url}/live`, { headers, signal: closing.signal }).catch(() => 'closed');
  await until(waits);
  closing.abort();
  expect(await closed).toBe('closed');
  await blocker.query('COMMIT');
  blocker.release();
  const page = await fetch(`${world.url}/live`, { headers });
  const openPages = async (): Promise<number> => ((await (await fetch(`${world.url}/health/ready`)).json()) as { openPages: number }).openPages;
  expect(await openPages()).toBe(1);
  await page.body?.cancel();
  await until(async () => (await openPages()) === 0);
});
