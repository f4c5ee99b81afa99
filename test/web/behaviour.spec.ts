import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page, Route } from 'playwright-core';
import { loadCatalogue } from '#catalogue';
import { loadCatalogueInto } from '#setup';
import { until } from '#testing';
import { BANNER, DEVICE_PURPOSES, deviceOf, isRecorded, may, posts, press, remembered, startWorld, type World } from './world.js';

const DAY_MS = 86_400_000;
let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.files.set('/count.js', `window.ran = [...(window.ran ?? []), 'count']; document.cookie = '_count=1; path=/'; document.cookie = 'kept=1; path=/'; localStorage.setItem('_count.id', '7');`);
  world.files.set('/tag.js', 'window.seenByTag = (window.dataLayer ?? []).map((words) => [...words]);');
  world.files.set('/marked.js', `window.ran = ['marked']; for (const name of ['__Secure-count', '__Host-count', 'apart']) document.cookie = name + '=1; path=/; secure; samesite=none' + (name === 'apart' ? '; partitioned' : '');`);
  world.pages.set('/marked', { body: '<script type="text/plain" data-purpose="statistics" data-cookies="__Secure-count __Host-count apart" src="/marked.js"></script>' });
  const held = '<script type="text/plain" data-purpose="statistics" data-cookies="_count*" src="/count.js"></script><script type="text/plain" data-purpose="statistics site-improvement">window.both = true;</script>';
  world.pages.set('/held', { body: `${held}<iframe title="A film" data-purpose="statistics" data-src="/film"></iframe>` });
  const doing = (script: string): string => `<script type="text/plain" data-purpose="statistics">${script}</script>`;
  const inline = (words: string): string => doing(`window.ran = [...(window.ran ?? []), '${words}'];`);
  const fetched = (path: string): string => `<script type="text/plain" data-purpose="statistics" src="${path}"></script>`;
  world.pages.set('/ordered', { body: fetched('/first.js') + inline('after first') + fetched('/second.js') + fetched('/broken.js') + inline('after second') });
  world.pages.set('/removing', { body: `${doing('document.querySelector("#gone").remove()')}<script id="gone" type="text/plain" data-purpose="statistics" src="/gone.js"></script>${fetched('/next.js')}` });
  world.pages.set('/taking', { body: `${doing('samtycke.withdraw("site-improvement")')}<script type="text/plain" data-purpose="site-improvement" src="/taken.js"></script>${fetched('/next.js').replace('src', 'async src')}` });
  world.pages.set('/unknown', { body: ['text/typescript', 'text/javascript; charset=utf-8'].map((type) => `<script type="text/plain" data-type="${type}" data-purpose="statistics" src="/unknown.js"></script>`).join('') + fetched('/next.js') });
  world.pages.set('/sound', { body: '<audio data-purpose="statistics" data-src="/tone.wav" loop></audio>' });
  world.pages.set('/trusted', { body: held.replace(/<script type="text\/plain" data-purpose="statistics site.*/, ''), headers: { 'content-security-policy': `script-src 'self' ${world.apiUrl}; require-trusted-types-for 'script'; trusted-types samtycke` } });
  world.pages.set('/film', { script: false });
  world.pages.set('/tags', { body: '<script src="/tag.js"></script>' });
  world.pages.set('/google', { script: 'data-google-tag="G-TEST" data-consent-mode="statistics=analytics_storage; analytics-segmentation=ad_storage,ad_user_data"', body: '<script src="/tag.js"></script>' });
  world.pages.set('/google-trusted', { script: 'data-google-tag="G-TEST"', headers: { 'content-security-policy': `script-src 'self' ${world.apiUrl} https://www.googletagmanager.com; require-trusted-types-for 'script'; trusted-types samtycke` } });
  world.pages.set('/google-usual', { script: 'data-google-tag="G-TEST"' });
  world.pages.set('/google-both', { script: 'data-google-tag="G-TEST" data-consent-mode="statistics=analytics_storage; site-improvement=functionality_storage; analytics-segmentation=ad_storage,ad_user_data"' });
  world.pages.set('/google-untrusted', { script: 'data-google-tag="G-TEST"', headers: { 'content-security-policy': "require-trusted-types-for 'script'; trusted-types of-the-site" } });
  world.pages.set('/other', {});
});
afterEach(() => world.leave());
afterAll(() => world.close());

/** A sound file of so many seconds. */
function silence(seconds: number): Buffer {
  const header = Buffer.from('524946460000000057415645666d74201000000001000100401f0000401f0000010008006461746100000000', 'hex');
  header.writeUInt32LE(36 + seconds * 8000, 4);
  header.writeUInt32LE(seconds * 8000, 40);
  return Buffer.concat([header, Buffer.alloc(seconds * 8000, 128)]);
}

const ran = (page: Page): Promise<string[] | undefined> => page.evaluate(() => (window as { ran?: string[] }).ran);
const cookies = async (page: Page): Promise<string[]> => (await page.context().cookies()).map(({ name }) => name).sort();
const said = (page: Page): Promise<unknown[][]> => page.evaluate(() => (window.dataLayer ?? []).map((words) => Array.from(words as ArrayLike<unknown>)));

async function settings(page: Page, kind: 'refuse' | 'accept'): Promise<void> {
  await page.click('samtycke-banner .again');
  await page.click(`samtycke-preferences .${kind}`);
}

describe('scripts and embeds', () => {
  test('run only after the yes that they need, and stop with it: the page starts anew without them, and their cookies are gone', async () => {
    const { page } = await world.visit('/held');
    await page.waitForSelector('samtycke-placeholder');
    expect(await ran(page)).toBeUndefined();
    expect(await page.getAttribute('iframe', 'src')).toBeNull();
    await press(page, 'accept');
    await until(async () => (await ran(page))?.length === 1);
    expect(await page.evaluate(() => (window as { both?: boolean }).both)).toBe(true);
    await page.frameLocator('iframe').locator('h1').waitFor();
    expect(await page.locator('samtycke-placeholder').count()).toBe(0);
    expect(await cookies(page)).toEqual(['_count', 'kept']);
    await isRecorded(page);
    await Promise.all([page.waitForEvent('load'), settings(page, 'refuse')]);
    await page.waitForSelector('samtycke-placeholder');
    expect(await ran(page)).toBeUndefined();
    expect(await cookies(page)).toEqual(['kept']);
    expect(await page.evaluate(() => localStorage.getItem('_count.id'))).toBeNull();
  });

  test('leave no cookie that scripts can see, whatever marks it was set with', async () => {
    const { page } = await world.visit('/marked');
    const seen = (): Promise<string[]> => page.evaluate(() => document.cookie.split('; ').filter(Boolean).map((pair) => pair.split('=')[0] ?? '').sort());
    await press(page, 'accept');
    await until(async () => (await ran(page))?.length === 1);
    expect(await seen()).toEqual(['__Host-count', '__Secure-count', 'apart']);
    await isRecorded(page);
    await Promise.all([page.waitForEvent('load'), settings(page, 'refuse')]);
    await page.waitForSelector('samtycke-banner .again');
    expect(await seen()).toEqual([]);
  });

  test('a no that loads the page anew is confirmed as a yes is, once', async () => {
    const { page } = await world.visit('/held');
    const said = (): Promise<string | null> => page.textContent('samtycke-banner [role=status]');
    await press(page, 'accept');
    await until(async () => (await said()) === 'Dina val är sparade.');
    await until(async () => (await ran(page))?.length === 1);
    await isRecorded(page);
    await Promise.all([page.waitForEvent('load'), settings(page, 'refuse')]);
    await until(async () => (await said()) === 'Du har nekat alla utom de nödvändiga.', { what: 'the confirmation' });
    await until(async () => (await said()) === '');
    await page.reload();
    await page.waitForSelector('samtycke-banner .again');
    expect(await said()).toBe('');
  });

  test('a change that is heard of before the site has answered takes nothing for refused', async () => {
    const { page } = await world.visit('/held');
    await press(page, 'accept');
    await until(async () => (await ran(page))?.length === 1);
    await isRecorded(page);
    let goOn = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (goOn = resolve));
    await page.route(`${world.apiUrl}/v1/sites/**`, async (route) => {
      await waiting;
      await route.continue();
    });
    await page.reload();
    await page.evaluate(() => dispatchEvent(new StorageEvent('storage', { key: 'samtycke.choices' })));
    expect(await ran(page)).toBeUndefined();
    expect(await cookies(page)).toEqual(['_count', 'kept']);
    goOn();
    await until(async () => (await ran(page))?.length === 1);
  });

  test('one purpose of two is not enough, and what is added later, among much else, waits too', async () => {
    const { page } = await world.visit('/held');
    await press(page, 'plain');
    await page.check('samtycke-preferences #site-improvement');
    await page.click('samtycke-preferences .plain');
    await isRecorded(page);
    await page.evaluate(() => {
      const script = document.createElement('script');
      Object.assign(script, { type: 'text/plain', text: "window.late = 'ran'" });
      script.dataset.purpose = 'site-improvement';
      document.body.append(script);
      for (let count = 0; count < 100; count += 1) document.body.append(document.createElement('p'));
    });
    await page.waitForFunction(() => (window as { late?: string }).late === 'ran');
    expect(await page.evaluate(() => (window as { both?: boolean }).both)).toBeUndefined();
    expect(await ran(page)).toBeUndefined();
  });

  test('run in the order of the page: what follows a script that is fetched waits for it, whether it comes or fails', async () => {
    const { page } = await world.visit('/ordered');
    await page.route('**/broken.js', (route) => route.abort());
    await press(page, 'accept');
    await until(async () => (await ran(page))?.length === 4);
    expect(await ran(page)).toEqual(['/first.js', 'after first', '/second.js', 'after second']);
  });

  test.each([['/removing', 'one that an earlier one has removed'], ['/taking', 'one whose purpose an earlier one has taken back'], ['/unknown', 'one that no browser fetches']])('%s: %s neither runs nor holds up the next', async (path) => {
    const { page } = await world.visit(path);
    await press(page, 'accept');
    await until(async () => (await ran(page))?.includes('/next.js'));
    expect(await ran(page)).not.toEqual(expect.arrayContaining([expect.stringMatching(/gone|taken|unknown/)]));
  });

  test('sound and film stop with their purpose, though they were playing', async () => {
    const { page } = await world.visit('/sound');
    await page.route('**/tone.wav', (route) => route.fulfill({ contentType: 'audio/wav', body: silence(60) }));
    await press(page, 'accept');
    const state = (): Promise<boolean[]> => page.locator('audio').evaluate((audio: HTMLAudioElement) => [audio.networkState !== HTMLMediaElement.NETWORK_EMPTY, audio.readyState > 0]);
    await page.locator('audio').evaluate((audio: HTMLAudioElement) => audio.play());
    expect(await state()).toEqual([true, true]);
    await page.evaluate(() => window.samtycke?.withdraw('statistics'));
    expect(await state()).toEqual([false, false]);
  });

  test('run under a policy with Trusted Types as well', async () => {
    const { page, complaints } = await world.visit('/trusted');
    await press(page, 'accept');
    await until(async () => (await ran(page))?.length === 1);
    expect(complaints).toEqual([]);
  });
});

describe('Google Consent Mode', () => {
  const denied = { ad_storage: 'denied', ad_user_data: 'denied', ad_personalization: 'denied', analytics_storage: 'denied', functionality_storage: 'denied', personalization_storage: 'denied' };

  test('says no to everything before any tag can ask, then what was chosen, once each', async () => {
    const { page } = await world.visit('/tags');
    expect(await page.evaluate(() => (window as { seenByTag?: unknown }).seenByTag)).toEqual([['consent', 'default', { ...denied, security_storage: 'granted', wait_for_update: 500 }]]);
    await press(page, 'accept');
    const granted = { analytics_storage: 'granted', functionality_storage: 'granted', personalization_storage: 'granted' };
    expect((await said(page)).slice(1)).toEqual([['consent', 'update', { ...denied, ...granted }]]);
    await isRecorded(page);
    await settings(page, 'refuse');
    expect((await said(page)).at(-1)).toEqual(['consent', 'update', denied]);
  });

  test('a tag that the script loads comes after the first yes that concerns it, and never without', async () => {
    const { page, requests } = await world.visit('/google');
    await page.route('https://www.googletagmanager.com/**', (route) => route.fulfill({ contentType: 'text/javascript', body: 'window.tagged = dataLayer.map((words) => words[1]);' }));
    const tagged = (): string[] => requests.map((request) => request.url()).filter((url) => url.includes('googletagmanager'));
    await page.waitForSelector(BANNER);
    expect(tagged()).toEqual([]);
    await press(page, 'accept');
    await page.waitForFunction(() => 'tagged' in window);
    expect(tagged()).toEqual(['https://www.googletagmanager.com/gtag/js?id=G-TEST']);
    const words = await page.evaluate(() => (window as unknown as { tagged: unknown[] }).tagged);
    expect(words.slice(0, 2)).toEqual(['default', 'update']);
    expect((await said(page))[1]).toEqual(['consent', 'update', { ...denied, analytics_storage: 'granted', ad_storage: 'granted', ad_user_data: 'granted' }]);
  });

  test('once nothing is granted that it stands for, the tag stops like every script that cannot stop itself: with its page', async () => {
    const { page, requests } = await world.visit('/google');
    await page.route('https://www.googletagmanager.com/**', (route) => route.fulfill({ contentType: 'text/javascript', body: 'window.tagged = true;' }));
    await press(page, 'accept');
    await page.waitForFunction(() => 'tagged' in window);
    await isRecorded(page);
    await page.evaluate(() => window.samtycke?.withdraw('statistics'));
    expect(await page.evaluate(() => 'tagged' in window)).toBe(true);
    await Promise.all([page.waitForEvent('load'), page.evaluate(() => window.samtycke?.withdraw('analytics-segmentation'))]);
    await page.waitForSelector('samtycke-banner .again');
    expect(await page.evaluate(() => 'tagged' in window)).toBe(false);
    expect(requests.filter((request) => request.url().includes('googletagmanager'))).toHaveLength(1);
  });
});

describe('a Google tag comes', () => {
  const tag = (page: Page): Promise<unknown> => page.route('https://www.googletagmanager.com/**', (route) => route.fulfill({ contentType: 'text/javascript', body: 'window.tags = (window.tags ?? 0) + 1;' }));
  const tags = (page: Page): Promise<number | undefined> => page.evaluate(() => (window as { tags?: number }).tags);

  test('under a policy with Trusted Types that allows `samtycke`', async () => {
    const { page, complaints } = await world.visit('/google-trusted');
    await tag(page);
    await press(page, 'accept');
    await until(() => tags(page));
    expect(complaints).toEqual([]);
  });

  const leave = (page: Page): Promise<void> => page.evaluate(() => ['_ga', '_ga_TEST', '_gcl_au'].forEach((name) => (document.cookie = `${name}=1; path=/`)));

  test('not with a yes to what neither measures nor advertises, and goes with the last yes to what does, its cookies with it, whatever else has a yes', async () => {
    const { page, requests } = await world.visit('/google-usual');
    await tag(page);
    await page.waitForSelector(BANNER);
    await leave(page);
    await press(page, 'plain');
    await page.check('samtycke-preferences #site-improvement');
    await page.click('samtycke-preferences .plain');
    await isRecorded(page);
    expect(await cookies(page)).toEqual([]);
    expect(requests.filter((request) => request.url().includes('googletagmanager'))).toEqual([]);
    await settings(page, 'accept');
    await until(() => tags(page));
    await isRecorded(page);
    await leave(page);
    await Promise.all([page.waitForEvent('load'), page.evaluate(() => window.samtycke?.withdraw('statistics'))]);
    expect(await may(page, 'site-improvement')).toBe(true);
    expect(await cookies(page)).toEqual([]);
    expect(await tags(page)).toBeUndefined();
  });

  test.each([['statistics', ['_gcl_au']], ['analytics-segmentation', ['_ga', '_ga_TEST']]])('and what measures and what advertises end each by itself: with %s its own cookies go', async (purpose, left) => {
    const { page } = await world.visit('/google-both');
    await tag(page);
    await press(page, 'accept');
    await until(() => tags(page));
    await isRecorded(page);
    await leave(page);
    await page.evaluate((one) => window.samtycke?.withdraw(one), purpose);
    expect(await cookies(page)).toEqual(left);
    expect(await tags(page)).toBe(1);
  });

  test('not at all where the policy forbids it: then it is told nothing, and with the last yes nothing is loaded anew', async () => {
    const { page, requests, complaints } = await world.visit('/google-untrusted');
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    await until(() => complaints.length > 0);
    await page.evaluate(() => window.samtycke?.withdraw());
    await until(async () => (await world.stateOf(device, 'statistics')).status === 'withdrawn');
    await isRecorded(page);
    expect((await said(page)).map(([word]) => word)).toEqual(['consent', 'consent', 'consent']);
    expect(requests.filter((request) => request.isNavigationRequest())).toHaveLength(1);
  });

  /** Its parts come when that is said. */
  async function holdParts(page: Page): Promise<() => void> {
    let goOn = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (goOn = resolve));
    await page.route('**/parts.js?*', async (route) => {
      await waiting;
      await route.continue();
    });
    return goOn;
  }

  test('once, whatever changes before its parts are there', async () => {
    const { page, requests } = await world.visit('/google');
    await tag(page);
    const goOn = await holdParts(page);
    await press(page, 'accept');
    await page.evaluate(() => window.samtycke?.withdraw('site-improvement'));
    await isRecorded(page);
    goOn();
    await until(() => tags(page));
    await settings(page, 'accept');
    await isRecorded(page);
    expect(requests.filter((request) => request.url().includes('googletagmanager'))).toHaveLength(1);
  });

  test('not at all where the yes was taken back before that, and then nothing is loaded anew', async () => {
    const { page, requests } = await world.visit('/google');
    await tag(page);
    await page.evaluate(() => ((window as unknown as { here: boolean }).here = true));
    const goOn = await holdParts(page);
    await press(page, 'accept');
    await isRecorded(page);
    await page.evaluate(() => window.samtycke?.withdraw());
    goOn();
    await page.click('samtycke-banner .again');
    await page.waitForSelector('samtycke-preferences dialog[open]');
    expect(requests.filter((request) => request.url().includes('googletagmanager'))).toEqual([]);
    expect(await page.evaluate(() => 'here' in window)).toBe(true);
  });
});

describe('Global Privacy Control', () => {
  const signalled = (page: Page): Promise<unknown> => page.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }));

  test('by header: refused once, without a question, an id or a count; a later yes stands', async () => {
    const { page, requests } = await world.visit('/', { extraHTTPHeaders: { 'sec-gpc': '1' } });
    await page.waitForSelector('samtycke-banner .again');
    expect(await page.locator(BANNER).count()).toBe(0);
    expect(await remembered(page, 'choices')).toMatchObject({ granted: [], by: 'gpc' });
    expect(posts(requests, world.apiUrl)).toEqual([]);
    await page.click('samtycke-banner .again');
    await page.waitForSelector('samtycke-preferences .signal', { state: 'visible' });
    await page.click('samtycke-preferences .accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    await page.reload();
    expect(await may(page, 'statistics')).toBe(true);
    expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'given' });
  });

  test('by the browser’s property: takes back what was given before, with its reason', async () => {
    const { page } = await world.visit();
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    await signalled(page);
    await page.reload();
    await until(async () => (await world.stateOf(device, 'statistics')).status === 'withdrawn');
    const { body } = await world.api.get(`/v1/people/${device}/history`, world.api.keys['audit:read'], { 'samtycke-reason': 'a test' });
    expect(body.events.filter(({ reason }: { reason?: string }) => reason === 'gpc').length).toBeGreaterThan(0);
    expect(await may(page, 'statistics')).toBe(false);
  });
});

describe('other tabs, and no network', () => {
  test('several tabs agree at once', async () => {
    const first = await world.visit();
    const { page: second } = await world.open(first.page.context(), '/other');
    await second.waitForSelector(BANNER);
    const changes = second.evaluate(() => new Promise((resolve) => window.samtycke?.on(({ granted }) => granted.length && resolve(granted.length))));
    await press(first.page, 'accept');
    expect(await changes).toBe(DEVICE_PURPOSES.length);
    await second.waitForSelector(BANNER, { state: 'detached' });
    expect(await may(second, 'statistics')).toBe(true);
    await isRecorded(first.page);
    await settings(second, 'refuse');
    await until(async () => !(await may(first.page, 'statistics')));
  });

  test('what is chosen without a network holds here at once, and arrives once, with its own time, under the same key', async () => {
    const { page, requests } = await world.visit();
    await page.waitForSelector(BANNER);
    await page.route(`${world.apiUrl}/v1/**`, (route) => route.abort());
    await press(page, 'accept');
    expect(await may(page, 'statistics')).toBe(true);
    const at = (await remembered<{ at: string }>(page, 'choices'))?.at ?? '';
    await page.unroute(`${world.apiUrl}/v1/**`);
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await isRecorded(page);
    const device = await deviceOf(page);
    expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'given', version: 1 });
    const sent = requests.filter((request) => request.url().endsWith('/v1/consents'));
    expect(Math.abs(Date.parse(sent.at(-1)?.postDataJSON().occurredAt) - Date.parse(at))).toBeLessThan(2_000);
    await page.route(`${world.apiUrl}/v1/consents`, async (route) => {
      await route.fetch().catch(() => undefined);
      await route.abort();
    });
    await settings(page, 'refuse');
    await until(async () => (await world.stateOf(device, 'statistics')).status === 'withdrawn');
    await page.unroute(`${world.apiUrl}/v1/consents`);
    await page.reload();
    await isRecorded(page);
    expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'withdrawn', version: 2 });
    const keys = requests.filter((request) => request.url().endsWith('/v1/consents') && request.postData()?.includes('withdraw')).map((request) => request.headers()['idempotency-key']);
    expect(keys.length).toBeGreaterThan(1);
    expect(new Set(keys).size).toBe(1);
  });

  test('a refusal before the yes was sent takes it back: nothing ever leaves the browser about it', async () => {
    const { page, requests } = await world.visit();
    await page.waitForSelector(BANNER);
    await page.route(`${world.apiUrl}/v1/devices`, (route) => route.abort());
    await press(page, 'accept');
    await settings(page, 'refuse');
    await page.unroute(`${world.apiUrl}/v1/devices`);
    await page.reload();
    await page.waitForSelector('samtycke-banner .again');
    expect(await remembered(page, 'outbox')).toEqual([]);
    expect(requests.filter((request) => request.url().endsWith('/v1/consents'))).toHaveLength(0);
    expect(await remembered(page, 'device')).toBeUndefined();
  });

  /** As a website has them that serves the files itself, and has brought only one of them up to date. */
  async function ofAnotherBuild(route: Route): Promise<void> {
    const response = await route.fetch();
    const [, version = ''] = /parts\.js\?(\w+)/.exec(route.request().url()) ?? [];
    // One that is under way when the test takes the route away was answered by that.
    await route.fulfill({ response, body: (await response.text()).replaceAll(version, 'another') }).catch((error: Error) => {
      if (!error.message.includes('already handled')) throw error;
    });
  }

  test.each([
    ['could not be had', (route: Route) => route.abort()],
    ['is of another build', ofAnotherBuild],
  ])('a preference centre that %s: the first layer still takes back, and once it is there it opens', async (_, answer) => {
    const { page } = await world.visit();
    await press(page, 'accept');
    await isRecorded(page);
    await page.route('**/parts.js?*', answer);
    await page.reload();
    await page.click('samtycke-banner .again');
    await press(page, 'refuse');
    expect(await may(page, 'statistics')).toBe(false);
    await page.unroute('**/parts.js?*');
    await page.click('samtycke-banner .again');
    await page.waitForSelector('samtycke-preferences #statistics');
  });

  test.each([['two days ahead', 2 * DAY_MS], ['three weeks behind', -21 * DAY_MS]])('a clock that is %s keeps no yes out', async (_, wrong) => {
    const { page } = await world.visit('/film');
    await page.clock.setFixedTime(Date.now() + wrong);
    await page.goto(world.siteUrl);
    await press(page, 'accept');
    const device = await deviceOf(page);
    await until(async () => (await world.stateOf(device, 'statistics')).status === 'given');
  });
});

describe('asks again only when it must', () => {
  test('when the year is over: no yes holds longer, here and in the ledger', async () => {
    const { page } = await world.visit();
    await press(page, 'accept');
    await isRecorded(page);
    await page.clock.setFixedTime(Date.now() + 364 * DAY_MS);
    await page.reload();
    expect(await may(page, 'statistics')).toBe(true);
    expect(await page.locator(BANNER).count()).toBe(0);
    await page.clock.setFixedTime(Date.now() + 367 * DAY_MS);
    await page.reload();
    await page.waitForSelector(BANNER);
    expect(await may(page, 'statistics')).toBe(false);
  });

  test('when a purpose is new; what was chosen stands meanwhile', async () => {
    const few = await world.api.makeKey({ kind: 'site', owner: 'few', origins: [world.siteUrl], purposes: ['statistics'] });
    await until(async () => (await fetch(`${world.apiUrl}/v1/sites/${few.secret}`, { headers: { origin: world.siteUrl } })).ok);
    world.pages.set('/few', { script: false, head: `<script src="${world.apiUrl}/samtycke.js" data-site-key="${few.secret}"></script>` });
    const { page } = await world.visit('/few');
    await press(page, 'accept');
    await isRecorded(page);
    await page.goto(world.siteUrl);
    await page.waitForSelector(BANNER);
    expect(await may(page, 'statistics')).toBe(true);
    expect(await may(page, 'site-improvement')).toBe(false);
    await press(page, 'accept');
    const device = await deviceOf(page);
    await until(async () => (await world.stateOf(device, 'site-improvement')).allowed);
    await isRecorded(page);
    await page.goto(`${world.siteUrl}/few`);
    await page.evaluate(() => window.samtycke?.ready.then(({ withdraw }) => withdraw()));
    await until(async () => (await world.stateOf(device, 'statistics')).status === 'withdrawn');
    await isRecorded(page);
  });

  test('when the ledger has ended it: what it does not allow is dropped on the next page', async () => {
    const { page } = await world.visit();
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    await world.api.post('/v1/consents', { subject: { person: device }, decisions: [{ purpose: 'statistics', decision: 'withdraw' }] }, world.api.keys['consents:write']).expect(201);
    await page.reload();
    await until(async () => !(await may(page, 'statistics')));
    expect(await may(page, 'site-improvement')).toBe(true);
  });

  test('when its text changes materially, from the publication on; after the day the old yes is none, without waiting for the ledger', async () => {
    const { page } = await world.visit();
    await press(page, 'accept');
    await isRecorded(page);
    const next = loadCatalogue();
    const cookies = next.notices.filter(({ document }) => document.id === 'cookies');
    const newer = (version: string, change: 'editorial' | 'material', from: Date) => cookies.map((one) => ({ ...one, document: { ...one.document, version, body: `${one.document.body}\n\n${version}.` }, change, from: from.toISOString().replace('Z', '000Z') }));
    const publish = async (...notices: ReturnType<typeof newer>): Promise<void> => {
      next.notices.push(...notices);
      await loadCatalogueInto(world.api.fresh.options, next);
      const version = notices[0]?.document.version;
      await until(async () => ((await (await fetch(`${world.apiUrl}/v1/sites/${world.siteKey}`)).json()) as { notices: { cookies: { version: string } } }).notices.cookies.version === version);
    };
    const freshVisit = async (): Promise<void> => {
      await page.evaluate(() => caches.keys());
      await page.goto(`${world.siteUrl}/?${Math.random()}`);
      await page.evaluate((address) => fetch(address, { cache: 'reload' }), `${world.apiUrl}/v1/sites/${world.siteKey}?lang=sv`);
      await page.reload();
      await page.evaluate(() => window.samtycke?.ready);
    };
    await publish(...newer('1.4', 'editorial', new Date()));
    await freshVisit();
    expect(await page.locator(BANNER).count()).toBe(0);
    await publish(...newer('2.0', 'material', new Date(Date.now() + DAY_MS)));
    await freshVisit();
    await page.waitForSelector(BANNER);
    expect(await may(page, 'statistics')).toBe(true);
    await publish(...newer('3.0', 'material', new Date(Date.now() + 1_000)));
    await until(async () => {
      await freshVisit();
      return !(await may(page, 'statistics'));
    }, { timeoutMs: 20_000 });
    await press(page, 'accept');
    await isRecorded(page);
    expect(await may(page, 'statistics')).toBe(true);
  });
});
