import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createPool } from '#database';
import { freshLedger, until, type FreshLedger } from '#testing';
import { Counts, forgetCounts } from './counts.js';
import { readStatistics } from './read-statistics.js';
import type { Collected } from './words.js';

let fresh: FreshLedger;
let pool: FreshLedger['pool'];
beforeAll(async () => {
  fresh = await freshLedger();
  pool = createPool({ url: fresh.url, name: 'api', max: 3, settings: { role: 'samtycke_api' } });
});
afterAll(async () => {
  await pool.end();
  await fresh.close();
});

const COOKIES: Collected = { source: 'shop', point: 'banner', notice: 'cookies', version: '1.3', locale: 'sv' };
const on = (day: string, onError: (error: unknown) => void = () => undefined): Counts => new Counts({ pool, ledger: fresh.id, onError, clock: () => Date.parse(`${day}T23:59:59.999Z`) });
const read = (from: string, to = from, by: Parameters<typeof readStatistics>[2]['by'] = ['day', 'notice', 'version', 'locale']) => readStatistics(pool, fresh.id, { from, to, by });

test('what several processes count is added up, by day, text and language; nothing is counted twice', async () => {
  const [one, other] = [on('2026-01-01'), on('2026-01-01')];
  for (let times = 0; times < 50; times += 1) for (const counts of [one, other]) counts.answer(COOKIES, 'shown');
  one.answer(COOKIES, 'accepted');
  other.answer({ ...COOKIES, locale: 'da' }, 'refused');
  await Promise.all([one.flush(), other.flush(), one.flush()]);
  await one.flush();
  const none = { shown: 0, requested: 0, accepted: 0, chosen: 0, refused: 0, withdrawn: 0, confirmed: 0 };
  const text = { day: '2026-01-01', notice: 'cookies', version: '1.3' };
  expect((await read('2026-01-01')).rows).toEqual([
    { ...none, ...text, locale: 'da', refused: 1 },
    { ...none, ...text, locale: 'sv', shown: 100, accepted: 1 },
  ]);
  expect((await read('2026-01-01', '2026-01-01', [])).rows).toEqual([{ ...none, shown: 100, accepted: 1, refused: 1 }]);
  expect((await read('2026-01-02')).rows).toEqual([]);
});

test('it is written by itself, without anybody who waits for it', async () => {
  on('2026-01-03').link('unsubscribe', 'opened');
  const links = await until(async () => {
    const found = (await read('2026-01-03')).links;
    return found.length > 0 && found;
  });
  expect(links).toEqual([{ day: '2026-01-03', link: 'unsubscribe', opened: 1, pressed: 0, 'one-click': 0, undone: 0 }]);
});

test('while the database cannot be written nothing is lost: it stands as soon as it can', async () => {
  const faults: unknown[] = [];
  const counts = on('2026-01-05', (error) => faults.push(error));
  await fresh.pool.query('REVOKE UPDATE ON notice_counts FROM samtycke_api');
  counts.answer(COOKIES, 'shown');
  await counts.flush();
  counts.answer(COOKIES, 'shown');
  expect(faults).toHaveLength(1);
  await fresh.pool.query('GRANT UPDATE ON notice_counts TO samtycke_api');
  await counts.flush();
  expect((await read('2026-01-05')).rows).toMatchObject([{ shown: 2 }]);
});

test('whoever makes up collection points makes no more rows than a hundred and one, and takes none from another site', async () => {
  const counts = on('2026-01-07');
  for (let at = 0; at < 500; at += 1) counts.answer({ ...COOKIES, point: `made-up-${at}` }, 'shown');
  counts.answer({ ...COOKIES, source: 'blog' }, 'accepted');
  await counts.flush();
  const { rows } = await read('2026-01-07', '2026-01-07', ['source', 'point']);
  expect(rows.filter(({ source }) => source === 'shop')).toHaveLength(101);
  expect(rows.find(({ point }) => point === '~other')).toMatchObject({ source: 'shop', shown: 400 });
  expect(rows.filter(({ source }) => source === 'blog')).toMatchObject([{ point: 'banner', accepted: 1 }]);
});

test('counts of more than three years ago go, the others stay', async () => {
  for (const day of ['2020-01-01', '2020-01-02']) {
    const counts = on(day);
    counts.answer(COOKIES, 'shown');
    counts.link('unsubscribe', 'pressed');
    await counts.flush();
  }
  await forgetCounts(pool, fresh.id, Date.parse('2023-01-02T12:00:00Z'));
  const { rows, links } = await read('2020-01-01', '2020-12-31');
  expect(rows.map(({ day }) => day)).toEqual(['2020-01-02']);
  expect(links.map(({ day }) => day)).toEqual(['2020-01-02']);
});

test('the tables have no column that could hold whom it is about', async () => {
  const { rows } = await fresh.pool.query<{ name: string }>(`SELECT column_name AS name FROM information_schema.columns WHERE table_name IN ('notice_counts', 'link_counts')`);
  expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(['ledger', 'day', 'source', 'point', 'notice', 'version', 'locale', 'what', 'link', 'count']));
});
