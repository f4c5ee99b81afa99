import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WHOLE_PERSON } from '#contracts';
import { until } from '#testing';
import { sweep } from '../../apps/analytics/src/store/sweep.js';
import { createAnalyticsWorld, SEGMENTATION, SITE, STATISTICS, type AnalyticsWorld } from './analytics-world.js';

let analytics: AnalyticsWorld;
beforeAll(async () => {
  analytics = await createAnalyticsWorld();
});
afterAll(() => analytics.close());

const segmented = async (device: string): Promise<boolean> =>
  ((await (await fetch(`${analytics.url}/api/devices/${device}`)).json()) as { segmented: boolean }).segmented;
const plainCount = async (path: string): Promise<number> => (await analytics.summary()).pages.find((page) => page.path === path)?.plain ?? 0;

async function counted(views = 1, ...purposes: string[]): Promise<string> {
  const device = randomUUID();
  await analytics.apply(analytics.grant(device), ...purposes.map((purpose) => analytics.grant(device, purpose)));
  for (let view = 0; view < views; view += 1) expect(await analytics.collect(device, '/produkter', { title: 'Produkter' })).toBe(202);
  expect(await analytics.views(device)).toBe(views);
  return device;
}

describe('a page view', () => {
  test('of a device that allows statistics is kept', async () => {
    await counted(2);
    const { pages } = await analytics.summary();
    expect(pages.find(({ path }) => path === '/produkter')).toMatchObject({ title: 'Produkter', plain: 0 });
  });

  test('of any other device is kept as one more in the day’s plain count, with no id anywhere', async () => {
    const device = randomUUID();
    expect(await analytics.collect(device, '/plain-only', { title: 'Plain' })).toBe(202);
    expect(await analytics.views(device)).toBe(0);
    await until(async () => (await plainCount('/plain-only')) === 1);
    expect(await analytics.views(device)).toBe(0);
    const { rows } = await analytics.world.pool.query<{ text: string }>(`
      SELECT v::text AS text FROM analytics.views v UNION ALL SELECT c::text FROM analytics.plain_counts c
      UNION ALL SELECT p::text FROM analytics.profiles p UNION ALL SELECT r::text FROM analytics.reactions r`);
    expect(rows.filter(({ text }) => text.includes(device))).toEqual([]);
  });

  test('without a device is counted plainly at once', async () => {
    expect(await analytics.collect(undefined, '/nobody')).toBe(202);
    expect(await plainCount('/nobody')).toBe(1);
  });

  test('that comes a moment before its grant is kept once the grant arrives', async () => {
    const device = randomUUID();
    const grant = analytics.grant(device);
    expect(await analytics.collect(device)).toBe(202);
    expect(await analytics.views(device)).toBe(0);
    await analytics.world.writer.send(grant);
    await until(async () => (await analytics.views(device)) === 1);
  });

  test('that came before the consent itself was given is not kept by it', async () => {
    const device = randomUUID();
    expect(await analytics.collect(device, '/before')).toBe(202);
    const came = Date.now();
    await until(() => Date.now() > came + 5, { everyMs: 1 });
    await analytics.apply(analytics.grant(device));
    await until(async () => (await plainCount('/before')) === 1);
    expect(await analytics.views(device)).toBe(0);
  });

  test('keeps no query, no telling part of a path, and of the page before only its host', async () => {
    const device = await counted(0);
    const path = '/u/4f6e1d2c3b4a59687f6e5d4c3b2a1908?mail=anna@example.se#x';
    await analytics.collect(device, path, { referrer: 'https://search.example/q?for=anna' });
    const { rows } = await analytics.world.pool.query('SELECT path, referrer FROM analytics.views WHERE device = $1', [device]);
    expect(rows).toEqual([{ path: '/u/…', referrer: 'search.example' }]);
  });

  const broken: [string, object][] = [
    ['a device that is no UUID', { device: 'anna', path: '/' }],
    ['no path', { device: randomUUID() }],
    ['a path that is none', { path: 'https://elsewhere.example/' }],
    ['a control character', { path: '/\u0000' }],
    ['a number for a title', { path: '/', title: 7 }],
    ['a member that nobody knows', { path: '/', email: 'anna@example.se' }],
  ];
  test.each(broken)('with %s is refused with 400 and a problem document', async (_, body) => {
    const answer = await fetch(`${analytics.url}/collect`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.text()).not.toContain('anna');
  });

  test('larger than 4 KiB, or not JSON, is refused', async () => {
    const post = (body: string, type = 'application/json') => fetch(`${analytics.url}/collect`, { method: 'POST', headers: { 'content-type': type }, body });
    expect((await post(JSON.stringify({ path: `/${'x'.repeat(5_000)}` }))).status).toBe(413);
    expect((await post('{"path":')).status).toBe(400);
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) expect((await post('path=/', type)).status).toBe(415);
  });

  test('is taken from the website’s pages under both of its names, and from no other page', async () => {
    const ask = (origin: string) => fetch(`${analytics.url}/collect`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } });
    for (const origin of [SITE, 'http://localhost:8082']) {
      const answer = await ask(origin);
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('access-control-allow-headers')).toBe('content-type');
    }
    const foreign = await ask('https://elsewhere.example');
    expect(foreign.status).toBe(403);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    const summary = await fetch(`${analytics.url}/api/summary`, { headers: { origin: SITE } });
    expect(summary.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('when a consent ends', () => {
  test('by withdrawal, all views of the device are gone once it is acknowledged, and none is kept after', async () => {
    const [device, other] = [await counted(3), await counted(1)];
    const before = (await analytics.summary()).counters;
    await analytics.apply(analytics.withdraw(device));
    expect(await analytics.views(device)).toBe(0);
    expect(await analytics.views(other)).toBe(1);
    expect(await analytics.collect(device)).toBe(202);
    expect(await analytics.views(device)).toBe(0);
    const after = await analytics.summary();
    expect(after.counters.viewsDeleted).toBe(before.viewsDeleted + 3);
    expect(after.reactions[0]).toMatchObject({ type: 'consent-withdrawn', purpose: STATISTICS, allowed: false, viewsDeleted: 3 });
    expect(JSON.stringify(after)).not.toContain(device);
  });

  test('and is given again in the same breath, what was counted before stays gone', async () => {
    const device = await counted(2);
    await analytics.apply(analytics.withdraw(device), analytics.grant(device));
    expect(await analytics.views(device)).toBe(0);
    await analytics.collect(device);
    expect(await analytics.views(device)).toBe(1);
  });

  test('by erasure, everything goes', async () => {
    const device = await counted(2, SEGMENTATION);
    const erasure = analytics.world.writer.next(device, { type: 'person-erased', kind: 'device', purpose: WHOLE_PERSON, after: { restricted: false, erased: true, suppressed: false } });
    await analytics.apply(erasure);
    expect(await analytics.views(device)).toBe(0);
    expect(await segmented(device)).toBe(false);
  });

  test('by running out, no view is kept from that moment on, and the next sweep deletes what was', async () => {
    const device = randomUUID();
    const end = Date.now() + 1_500;
    await analytics.apply(analytics.grant(device, STATISTICS, { validUntil: `${new Date(end).toISOString().slice(0, -1)}000Z` }));
    await analytics.collect(device);
    const kept = await analytics.views(device);
    await until(() => Date.now() > end, { everyMs: 5 });
    await analytics.collect(device);
    expect(await analytics.views(device)).toBe(kept);
    expect(await sweep(analytics.world.pool)).toBe(kept);
    expect(await analytics.views(device)).toBe(0);
  });

  test('while the program is down, it deletes as soon as it is back, even where the events are lost and only the state tells', async () => {
    const [byEvent, byState] = [await counted(1), await counted(1)];
    await analytics.restart(async () => {
      await analytics.world.writer.send(analytics.withdraw(byEvent));
      await analytics.world.writer.sendState(analytics.withdraw(byState));
      await analytics.world.pool.query("DELETE FROM samtycke_consumer.meta WHERE key = 'learnt'");
    });
    await until(async () => (await analytics.views(byEvent)) === 0);
    await until(async () => (await analytics.views(byState)) === 0);
  });
});

describe('a segment', () => {
  test('is made of views since segmentation was allowed, and of no other device', async () => {
    const device = await counted(3);
    expect(await segmented(device)).toBe(false);
    const before = await analytics.summary();
    await analytics.apply(analytics.grant(device, SEGMENTATION));
    await analytics.collect(device, '/kontakt');
    expect(await segmented(device)).toBe(true);
    const { rows } = await analytics.world.pool.query('SELECT views, product_views, contact_views, days FROM analytics.profiles WHERE device = $1', [device]);
    expect(rows).toEqual([{ views: 1, product_views: 0, contact_views: 1, days: 1 }]);
    const wantContact = ({ segments }: Awaited<ReturnType<AnalyticsWorld['summary']>>) => segments.find(({ segment }) => segment === 'wants-contact')?.devices ?? 0;
    expect(wantContact(await analytics.summary())).toBe(wantContact(before) + 1);
  });

  test('goes when segmentation is taken back; the views stay', async () => {
    const device = await counted(2, SEGMENTATION);
    expect(await segmented(device)).toBe(true);
    await analytics.apply(analytics.withdraw(device, SEGMENTATION));
    expect(await segmented(device)).toBe(false);
    expect(await analytics.views(device)).toBe(2);
  });

  test('goes with the views when statistics is taken back', async () => {
    const device = await counted(2, SEGMENTATION);
    await analytics.apply(analytics.withdraw(device));
    expect(await segmented(device)).toBe(false);
  });

  test('is never made without statistics', async () => {
    const device = randomUUID();
    await analytics.apply(analytics.grant(device, SEGMENTATION));
    await analytics.collect(device);
    expect(await segmented(device)).toBe(false);
  });
});

test('health tells that it lives, and that it follows the ledger', async () => {
  expect((await fetch(`${analytics.url}/health/live`)).status).toBe(200);
  const ready = await fetch(`${analytics.url}/health/ready`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({ status: 'ok', consumer: { informed: true } });
});
