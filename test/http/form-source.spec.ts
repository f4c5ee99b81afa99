import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { until } from '#testing';
import { openEvidence } from '#vault';
import { samtyckePrograms } from '../../apps/start/src/samtycke-programs.js';
import { type Outcome } from '../../apps/start/src/set-up.js';
import { readSettings } from '../../apps/start/src/settings.js';
import { readConfig } from '../../apps/website/src/config/read-config.js';
import { startWebsite, type RunningWebsite } from '../../apps/website/src/start-website.js';
import { Visitor } from '../portal/visitor.js';
import { portalWorld } from '../portal/world.js';
import { ORIGIN, testApi, type TestApi } from '../setup/api.js';

/** The real website and the real portal before the real api, which trusts what `npm start` has it trust. */
let api: TestApi;
let site: RunningWebsite;
let folder: string;

const startedApi = () => samtyckePrograms(readSettings({}, '/'), { databaseUrls: {}, systemKeys: {} } as Outcome, '').find(({ name }) => name === 'api');

beforeAll(async () => {
  const { TRUST_PROXY } = startedApi()?.env ?? {};
  if (TRUST_PROXY !== undefined) process.env.TRUST_PROXY = TRUST_PROXY;
  api = await testApi({ limits: { grants: 1 } });
  await api.app.listen(0, '127.0.0.1');
  folder = await mkdtemp(join(tmpdir(), 'samtycke-website-'));
  const config = readConfig({ SITE_KEY: api.siteKey, API_URL: await api.app.getUrl(), WEBSITE_URL: ORIGIN, SAMTYCKE_DATA: folder });
  site = await startWebsite({ ...config, port: 0, logLevel: 'silent' });
});
afterAll(async () => {
  delete process.env.TRUST_PROXY;
  await site.stop();
  await api.close();
  await rm(folder, { recursive: true });
});

/** Fills in the contact form as a visitor at this address, who says yes to the newsletter. */
async function send(address: string): Promise<void> {
  const page = await (await fetch(`${site.url}/kontakt`)).text();
  const hidden = [...page.matchAll(/<input type="hidden" name="(id|notice-[a-z]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]);
  const fields = { name: 'Anna', email: `${address}@example.se`, topic: 'Utbildning', message: 'Hej', yes: 'newsletter' };
  const call = request(`${site.url}/kontakt`, { method: 'POST', localAddress: address, headers: { origin: site.url, 'content-type': 'application/x-www-form-urlencoded' } });
  call.end(new URLSearchParams([...hidden, ...Object.entries(fields)]).toString());
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(303);
  answer.resume();
}

interface Sealed {
  person: string;
  event: string;
  kinds: string;
  sealed: Buffer;
  master: string;
  wrapped: Buffer;
}

/** The networks that the evidence of such events names. */
async function networks(type = 'request-opened'): Promise<(string | undefined)[]> {
  const { rows } = await api.fresh.pool.query<Sealed>(
    `SELECT e.person, e.event, v.kinds, v.sealed, k.master, k.wrapped FROM events e JOIN evidence v USING (ledger, person, event) JOIN person_keys k USING (ledger, person)
     WHERE e.type = $1 ORDER BY e.recorded_at`,
    [type],
  );
  return rows.map((row) => {
    const item = openEvidence(api.fresh.keys.unwrap(row.person, row), { ledger: api.fresh.keyring.origin, person: row.person, event: row.event }, row.kinds, row.sealed).find(({ kind }) => kind === 'ip');
    return item && Buffer.from(item.item).toString();
  });
}

test('the yes of a form names the visitor’s network as its source, in its evidence and for the limit: visitors of two networks are two sources', async () => {
  await send('127.0.7.1');
  await until(async () => (await networks()).length === 1, { what: 'the first yes' });
  await send('127.0.8.1');
  await until(async () => (await networks()).length === 2, { what: 'the second yes' });
  expect(await networks()).toEqual(['127.0.7.0/24', '127.0.8.0/24']);
});

test('a no in the portal names the visitor’s network too, and he is linked with the device that he brought from another site, with a key of its own', async () => {
  const SHOP = 'https://shop.example';
  const shop = await api.makeKey({ kind: 'site', owner: 'shop', origins: [SHOP], purposes: ['statistics'] });
  const key = await api.makeKey({ kind: 'server', owner: 'portal', scopes: ['consents:read', 'consents:write', 'people:read', 'people:write'] });
  const apiUrl = await api.app.getUrl();
  const portal = await portalWorld(() => ({ API_URL: apiUrl, API_KEY: key.secret, PORTAL_DEV_SIGNIN: '1', TRUST_PROXY: '127.0.0.1' }));
  try {
    const { body: { device, token } } = await api.post('/v1/devices', undefined, shop.secret, { origin: SHOP }).expect(201);
    const { body: { notices } } = await api.get(`/v1/sites/${shop.secret}?lang=sv`, undefined, { origin: SHOP }).expect(200);
    const { version, snapshot } = notices.cookies;
    const yes = { subject: { device: token }, decisions: [{ purpose: 'statistics', decision: 'grant' }], notice: { id: 'cookies', version, locale: 'sv', snapshot }, capture: { context: 'cookies', method: 'banner' } };
    await api.post('/v1/consents', yes, shop.secret, { origin: SHOP }).expect(201);
    const visitor = new Visitor();
    await visitor.open(`${portal.url}/from-website`, { method: 'POST', fields: { device: token }, origin: SHOP });
    await visitor.open(`${portal.url}/sign-in`, { method: 'POST', fields: { who: 'bo@example.se' } });
    const press = { method: 'POST', source: '192.0.2.77' } as const;
    for (const [purpose, said] of [['newsletter', 'first-no-of-bo'], ['statistics', 'second-no-of-bo']] as const) {
      const page = await visitor.open(`${portal.url}/choices`, { ...press, fields: { key: said, purpose, turn: 'off' } });
      expect(page.url).toContain('result=saved');
    }
    const { rows } = await api.fresh.pool.query('SELECT type FROM events WHERE person = $1 ORDER BY seq', [device]);
    expect(rows).toEqual([{ type: 'consent-granted' }, { type: 'person-linked' }]);
    expect([await networks('consent-withdrawn'), await networks('consent-refused')]).toEqual([['192.0.2.0/24'], ['192.0.2.0/24']]);
  } finally {
    await portal.close();
  }
});
