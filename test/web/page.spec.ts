import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { until } from '#testing';
import { BANNER, deviceOf, isRecorded, may, press, startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const held = '<script type="text/plain" data-purpose="statistics" src="/count.js"></script><iframe title="A film" data-purpose="statistics" data-src="/film"></iframe>';
  world.pages.set('/throwing', { body: `<script>samtycke.on(() => { throw new Error('of the site'); }); document.addEventListener('samtycke:change', () => { throw new Error('of the event'); });</script>${held}` });
  world.pages.set('/untrusted', { body: held, headers: { 'content-security-policy': "require-trusted-types-for 'script'; trusted-types of-the-site" } });
  world.pages.set('/layer', { body: '<script>window.dataLayer = {};</script>', script: false });
  const deferred = `<script defer src="${world.apiUrl}/samtycke.js" data-site-key="${world.siteKey}"></script>`;
  world.pages.set('/named', { script: false, head: deferred, body: '<section id="samtycke"><form name="samtycke"></form></section>' });
  world.pages.set('/film', { script: false });
  world.pages.set('/held', { body: held });
  world.pages.set('/folded', { body: '<iframe title="A film" data-purpose="statistics" data-src="/film" hidden></iframe><img alt="" data-purpose="statistics" data-src="/seen.png" hidden>' });
  world.pages.set('/plain', { body: '<iframe title="A film" data-purpose="statistics" src="/film"></iframe>' });
});
afterEach(() => world.leave());
afterAll(() => world.close());

describe('what fails in a page takes nothing else with it', () => {
  test('a listener of the site that throws: it is asked, recorded and acted on as ever, and the page’s console tells of it', async () => {
    const { page, complaints } = await world.visit('/throwing');
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'given' });
    await page.waitForFunction(() => 'ran' in window);
    await page.waitForSelector('samtycke-banner .again', { state: 'visible' });
    expect(await page.evaluate(() => window.samtycke?.withdraw('site-improvement').then(() => window.samtycke?.change.granted.length))).toBe(3);
    expect(new Set(complaints)).toEqual(new Set(['of the site', 'of the event']));
  });

  test('a policy that lets no script run: the question comes, and embeds start and stop with their purpose', async () => {
    const { page } = await world.visit('/untrusted');
    await page.route(`${world.apiUrl}/v1/devices`, (route) => route.abort());
    await press(page, 'accept');
    await page.waitForSelector(BANNER, { state: 'detached' });
    await page.frameLocator('iframe').locator('h1').waitFor();
    await page.evaluate(() => window.samtycke?.withdraw('statistics'));
    await page.waitForSelector('samtycke-placeholder');
    expect(await page.getAttribute('iframe', 'src')).toBeNull();
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
  });

  test('a `dataLayer` that takes nothing: all but the tags’ consent works', async () => {
    const { page } = await world.visit('/layer');
    await page.addScriptTag({ content: `const tag = document.createElement('script'); tag.src = '${world.apiUrl}/samtycke.js'; tag.dataset.siteKey = '${world.siteKey}'; document.body.append(tag);` });
    await press(page, 'accept');
    await isRecorded(page);
    expect(await may(page, 'statistics')).toBe(true);
    await until(async () => !(await page.locator(BANNER).count()));
  });
});

test('a page that a browser had put aside, and shows again, stops what was taken back meanwhile', async () => {
  const { page } = await world.visit('/nothing');
  // A page that is put aside hears nothing from the ledger.
  await page.route('**/v1/devices/watch', (route) => route.abort());
  await page.goto(`${world.siteUrl}/held`);
  await press(page, 'accept');
  await page.waitForFunction(() => 'ran' in window);
  await isRecorded(page);
  // Somebody who writes into a storage is told nothing of it, as is a page that is put aside.
  await page.evaluate(() => localStorage.setItem('samtycke.choices', JSON.stringify({ ...JSON.parse(localStorage.getItem('samtycke.choices') ?? ''), granted: [] })));
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false })));
  expect(await page.getAttribute('iframe', 'src')).not.toBeNull();
  await Promise.all([page.waitForEvent('load'), page.evaluate(() => void setTimeout(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))))]);
  await page.waitForSelector('samtycke-placeholder');
  expect(await page.evaluate(() => 'ran' in window)).toBe(false);
});

test('an element of the page that is called `samtycke` is not taken for what was started before', async () => {
  const { page } = await world.visit('/named');
  await press(page, 'accept');
  expect(await may(page, 'statistics')).toBe(true);
});

describe('an embed that waits', () => {
  const placeholder = 'samtycke-placeholder';
  const before = (page: Page): Promise<string | undefined> => page.evaluate(() => document.querySelector('iframe')?.previousElementSibling?.localName);

  test('takes its placeholder along where the page removes or moves it', async () => {
    const { page } = await world.visit('/held');
    await page.waitForSelector(placeholder);
    await page.evaluate(() => document.querySelector('header')?.append(document.querySelector('iframe') ?? ''));
    await until(async () => (await before(page)) === placeholder);
    expect(await page.locator(placeholder).count()).toBe(1);
    await page.evaluate(() => document.querySelector('iframe')?.remove());
    await page.waitForSelector(placeholder, { state: 'detached' });
  });

  test('is seen neither itself nor by its placeholder while the page hides it, and stays hidden with the yes', async () => {
    const { page } = await world.visit('/folded');
    const hide = (hidden: boolean): Promise<void> => page.evaluate((value) => void ((document.querySelector('iframe') as HTMLElement).hidden = value), hidden);
    const seen = (selector: string): Promise<boolean> => page.locator(selector).isVisible();
    await page.waitForSelector(placeholder, { state: 'attached' });
    expect([await seen(placeholder), await seen('iframe'), await seen('img')]).toEqual([false, false, false]);
    await hide(false);
    await page.waitForSelector(placeholder);
    expect(await seen('iframe')).toBe(false);
    await hide(true);
    await page.waitForSelector(placeholder, { state: 'hidden' });
    await press(page, 'accept');
    await page.waitForSelector(placeholder, { state: 'detached' });
    expect([await seen('iframe'), await seen('img')]).toEqual([false, false]);
    await hide(false);
    expect(await seen('iframe')).toBe(true);
  });

  test('is seen with the yes where the page has copied what stood there, and nothing else of the page is hidden for it', async () => {
    const { page } = await world.visit('/held');
    await page.waitForSelector(placeholder);
    await page.evaluate(() => {
      const own = document.createElement('iframe');
      own.id = 'own';
      own.src = '/film';
      document.querySelector('iframe')?.before(own);
    });
    await until(async () => !(await page.locator('iframe[data-purpose]').isVisible()));
    expect([await page.locator('#own').isVisible(), await page.locator(placeholder).count()]).toEqual([true, 1]);
    await page.evaluate(() => (document.body.innerHTML = document.body.innerHTML));
    await press(page, 'accept');
    await page.waitForSelector('iframe[data-purpose][src]');
    expect(await page.locator('iframe[data-purpose]').isVisible()).toBe(true);
  });

  test('is turned before the page hears of a choice', async () => {
    const { page } = await world.visit('/held');
    await page.waitForSelector(placeholder);
    await page.evaluate(() => {
      const seen = ((window as unknown as { seen: boolean[] }).seen = []) as boolean[];
      window.samtycke?.on(({ granted }) => granted.includes('statistics') && seen.push(document.querySelector('iframe')?.hasAttribute('src') ?? false));
    });
    await press(page, 'accept');
    await isRecorded(page);
    const seen = await page.evaluate(() => (window as unknown as { seen: boolean[] }).seen);
    expect([seen.length > 0, seen.every(Boolean)]).toEqual([true, true]);
  });

  test('comes back with the yes where its address stood in the page, also after a stop', async () => {
    const { page } = await world.visit('/plain');
    const src = (): Promise<string | null> => page.getAttribute('iframe', 'src');
    await page.waitForSelector(placeholder);
    expect(await src()).toBeNull();
    await press(page, 'accept');
    await page.waitForSelector(placeholder, { state: 'detached' });
    expect(await src()).toBe('/film');
    await page.evaluate(() => window.samtycke?.withdraw('statistics'));
    await page.waitForSelector(placeholder);
    expect(await src()).toBeNull();
  });
});

describe('in a page whose router puts in what it shows', () => {
  test('choices and a sign-up that come later are there', async () => {
    const { page } = await world.visit();
    await page.waitForSelector(BANNER);
    await page.evaluate(() => document.querySelector('main')?.append(document.createElement('samtycke-preferences')));
    await page.waitForSelector('samtycke-preferences form');
    const { page: other } = await world.visit();
    await other.waitForSelector(BANNER);
    await other.evaluate(() => {
      const route = document.createElement('section');
      route.append('News', document.createElement('samtycke-subscribe'));
      document.querySelector('main')?.replaceChildren(route);
    });
    await other.waitForSelector('samtycke-subscribe form');
  });

  test('question and way back stay, whatever takes the place of the body: once, and where the page has its own, that one', async () => {
    const { page } = await world.visit();
    const swap = (...names: string[]): Promise<void> =>
      page.evaluate((inside) => {
        const body = document.createElement('body');
        body.append('Another route', ...inside.map((name) => document.createElement(name)));
        document.body.replaceWith(body);
      }, names);
    await page.waitForSelector(BANNER);
    await swap();
    await press(page, 'accept');
    await isRecorded(page);
    await page.click('samtycke-banner .again');
    await page.waitForSelector('samtycke-preferences dialog[open]');
    await swap();
    await page.click('samtycke-banner .again');
    await page.click('samtycke-preferences .refuse');
    expect(await may(page, 'statistics')).toBe(false);
    await swap('main', 'samtycke-banner');
    await page.waitForSelector('samtycke-banner .again');
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    expect(await page.locator('samtycke-banner').evaluateAll((all) => all.map((one) => one.previousElementSibling?.localName))).toEqual(['main']);
  });

  test('a question within an element of the page ends with its answer', async () => {
    const { page } = await world.visit('/film');
    await page.goto(world.siteUrl);
    await page.evaluate(() => {
      const host = document.createElement('div');
      document.body.append(host);
      host.attachShadow({ mode: 'open' }).append(document.createElement('samtycke-banner'));
    });
    await page.waitForFunction(() => document.querySelector('body > div:last-of-type')?.shadowRoot?.querySelector('samtycke-banner')?.shadowRoot?.querySelector('.accept'));
    await page.locator('body > div:last-of-type').locator('.accept').click();
    await isRecorded(page);
    await page.waitForFunction(() => !document.querySelector('body > div:last-of-type')?.shadowRoot?.querySelector('samtycke-banner')?.shadowRoot?.querySelector('.accept'));
  });

  test('ours goes where a later route brings its own, which is never moved, and comes back once that has left', async () => {
    const { page } = await world.visit();
    await page.waitForSelector(BANNER);
    const turn = (act: 'append' | 'remove'): Promise<(string | undefined)[]> =>
      page.evaluate(async (what) => {
        const own = document.querySelector('main samtycke-banner') ?? document.createElement('samtycke-banner');
        if (what === 'append') document.querySelector('main')?.append(own);
        else own.remove();
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        return [...document.querySelectorAll('samtycke-banner')].map((one) => one.parentElement?.localName);
      }, act);
    expect(await turn('append')).toEqual(['main']);
    await page.waitForSelector(BANNER);
    expect(await turn('remove')).toEqual(['body']);
    expect(await turn('append')).toEqual(['main']);
    await press(page, 'accept');
    expect(await turn('remove')).toEqual(['body']);
    await page.waitForSelector('samtycke-banner .again');
    expect(await page.locator(BANNER).count()).toBe(0);
  });

  test('what a route took away is let go, and leaves nothing behind', async () => {
    const { page } = await world.visit();
    await page.waitForSelector(BANNER);
    const sheets = (): Promise<number> => page.evaluate(() => document.adoptedStyleSheets.length);
    const atFirst = await sheets();
    for (let routes = 0; routes < 3; routes += 1) {
      await page.evaluate(() => document.querySelector('main')?.replaceChildren(document.createElement('samtycke-banner'), document.createElement('samtycke-subscribe')));
      // Nothing is handed to the test that would hold it.
      for (const drawn of ['main samtycke-banner section', 'samtycke-subscribe form']) await page.locator(drawn).waitFor();
      await page.evaluate(() => {
        const held = window as { gone?: WeakRef<object>[] };
        const listener = (): void => undefined;
        window.samtycke?.on(listener)();
        const elements = ['main samtycke-banner', 'samtycke-subscribe'].map((name) => document.querySelector(name) as Element);
        held.gone = [...(held.gone ?? []), ...[...elements, listener].map((one) => new WeakRef(one))];
        document.querySelector('main')?.replaceChildren();
      });
      await page.locator('body > samtycke-banner section').waitFor();
    }
    expect(await sheets()).toBe(atFirst);
    await until(async () => {
      await page.requestGC();
      return page.evaluate(() => (window as unknown as { gone: WeakRef<object>[] }).gone.every((one) => !one.deref()));
    });
  });

  test('one who takes the banner away again and again holds up nobody, and has it stay away', async () => {
    const { page } = await world.visit();
    await page.waitForSelector(BANNER);
    const taken = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let count = 0;
          new MutationObserver(() => {
            const banner = document.querySelector('samtycke-banner');
            if (banner) count += 1;
            banner?.remove();
          }).observe(document, { childList: true, subtree: true });
          document.querySelector('samtycke-banner')?.remove();
          let pictures = 0;
          const look = (): unknown => (++pictures > 60 ? resolve(count) : requestAnimationFrame(look));
          look();
        }),
    );
    expect(taken).toBeGreaterThan(1);
    expect(taken).toBeLessThan(20);
  });
});
