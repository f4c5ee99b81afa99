import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { loadCatalogue } from '#catalogue';
import { loadCatalogueInto } from '#setup';
import { until } from '#testing';
import { BANNER, deviceOf, isRecorded, may, press, remembered, startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.pages.set('/frame', { script: false, body: `<iframe title="A frame" src="${world.siteUrl}/" width="800" height="600"></iframe>` });
  world.pages.set('/own', { body: '<samtycke-preferences></samtycke-preferences><samtycke-subscribe purpose="newsletter"></samtycke-subscribe>' });
});
afterEach(() => world.leave());
afterAll(() => world.close());

test('on a page of another origin a site key asks nothing, gets nothing, and lets nothing through', async () => {
  const { page } = await world.visit(`${world.strangeUrl}/own`);
  await page.evaluate(() => window.samtycke?.ready);
  expect(await page.locator(`${BANNER}, samtycke-subscribe form, samtycke-preferences form`).count()).toBe(0);
  expect(await may(page, 'statistics')).toBe(false);
  await expect(page.evaluate(() => window.samtycke?.grant('statistics'))).rejects.toThrow('samtycke');
  const before = await world.api.events();
  const answer = await page.evaluate(async ([api, key]) => {
    const call = (path: string, body: unknown): Promise<string> => fetch(`${api}${path}`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: JSON.stringify(body) }).then((response) => `${response.status}`, () => 'refused by the browser');
    const simple = await fetch(`${api}/v1/consents`, { method: 'POST', mode: 'no-cors', body: '{"subject":{"email":"anna@example.se"},"decisions":[{"purpose":"newsletter","decision":"grant"}]}' }).then(({ type }) => type);
    return [await call('/v1/devices', {}), await call('/v1/consents', { subject: { email: 'anna@example.se' }, decisions: [{ purpose: 'newsletter', decision: 'grant' }] }), simple];
  }, [world.apiUrl, world.siteKey]);
  expect(answer).toEqual(['refused by the browser', 'refused by the browser', 'opaque']);
  expect(await world.api.events()).toBe(before);
});

test('framed by another origin nobody can be tricked into a yes: nothing to press is shown, and no yes is taken; a no is', async () => {
  const { page } = await world.visit(`${world.strangeUrl}/frame`);
  const frame = page.frames()[1];
  if (!frame) throw new Error('there is no frame');
  await frame.waitForFunction(() => window.samtycke?.ready);
  await frame.evaluate(() => window.samtycke?.open());
  expect(await frame.locator(`${BANNER}, samtycke-banner .again, samtycke-preferences`).count()).toBe(0);
  await expect(frame.evaluate(() => window.samtycke?.grant('statistics'))).rejects.toThrow('samtycke');
  await frame.evaluate(() => window.samtycke?.withdraw());
  expect(await frame.evaluate(() => window.samtycke?.change)).toMatchObject({ granted: [], by: 'visitor' });
});

test('a script alone makes no yes', async () => {
  world.pages.set('/script', { body: "<script>samtycke.ready.then(({ grant }) => grant('statistics')).then(() => console.log('given'), () => console.log('refused'));</script>" });
  const { page } = await world.visit('/frame');
  // What a test asks a page counts as a press of its visitor, so nothing is asked before the outcome is told.
  const outcome = page.waitForEvent('console', { predicate: (message) => /given|refused/.test(message.text()) });
  await page.goto(`${world.siteUrl}/script`);
  expect((await outcome).text()).toBe('refused');
  expect(await may(page, 'statistics')).toBe(false);
});

test('a yes by the page’s own control needs a press of the visitor; a no needs nothing', async () => {
  const { page } = await world.visit();
  await page.waitForSelector(BANNER);
  await page.evaluate(() => {
    const button = document.createElement('button');
    Object.assign(button, { id: 'own', textContent: 'Statistik', onclick: () => void window.samtycke?.grant('statistics') });
    document.body.append(button);
  });
  await page.click('#own');
  const device = await deviceOf(page);
  await isRecorded(page);
  expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'given' });
  await page.evaluate(() => window.samtycke?.withdraw('statistics'));
  await until(async () => (await world.stateOf(device, 'statistics')).status === 'withdrawn');
});

describe('what stands in the browser is not believed', () => {
  test.each(['{"granted":"statistics","asked":{}}', '{"granted":["statistics"]}', '{"statistics":[5,null]}', '5', '{{', 'null', '[]', '[{"what":"cookies"},5,null]', '{"granted":["statistics"],"asked":{},"until":"never"}', ...['{}', '[]', '[null]', '[{"decision":"grant"}]'].map((decisions) => `[{"key":"1","what":"cookies","at":1,"body":{"decisions":${decisions}}}]`)])('choices that read %s', async (text) => {
    const { page, complaints } = await world.visit();
    await page.waitForSelector(BANNER);
    await page.evaluate((broken) => {
      for (const name of ['choices', 'outbox', 'device', 'cookies']) localStorage.setItem(`samtycke.${name}`, broken);
    }, text);
    await page.reload();
    await page.waitForSelector(BANNER);
    expect(await may(page, 'statistics')).toBe(false);
    await press(page, 'refuse');
    await until(async () => (await remembered(page, 'choices')) !== undefined);
    expect(await may(page, 'statistics')).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('a device token that the ledger did not give', async () => {
    const { page } = await world.visit();
    await page.waitForSelector(BANNER);
    await page.evaluate(() => localStorage.setItem('samtycke.device', '{"device":"5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11","token":"forged","ahead":0}'));
    await press(page, 'accept');
    await until(async () => (await remembered(page, 'device')) === undefined);
    await page.waitForSelector(BANNER);
    expect(await may(page, 'statistics')).toBe(false);
  });

  test.each(['"soon"', '1e30', '{}'])('a clock that is %s ahead: a no still arrives', async (ahead) => {
    const { page, complaints } = await world.visit();
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    await page.evaluate((wrong) => localStorage.setItem('samtycke.device', JSON.stringify({ ...window.samtycke?.device, ahead: JSON.parse(wrong) as unknown })), ahead);
    await page.evaluate(() => window.samtycke?.withdraw('statistics'));
    await until(async () => (await world.stateOf(device, 'statistics')).status === 'withdrawn');
    expect(await until(() => remembered(page, 'device'))).toMatchObject({ device, ahead: 0 });
    expect(complaints).toEqual([]);
  });

  test('a browser that stores nothing still asks, and holds the choice for the page', async () => {
    const { page, complaints } = await world.visit('/frame-none');
    await page.addInitScript(() => Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('denied', 'SecurityError'); } }));
    await page.goto(world.siteUrl);
    await press(page, 'accept');
    expect(await may(page, 'statistics')).toBe(true);
    expect(complaints.filter((complaint) => !complaint.includes('404'))).toEqual([]);
  });
});

test('no text of the catalogue becomes markup, wherever it stands', async () => {
  const attack = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>"\'>{host}$&$\'';
  const next = loadCatalogue();
  for (const id of ['statistics', 'site-necessary', 'newsletter']) next.texts.purposes[id] = { sv: { title: attack, summary: attack }, da: { title: attack, summary: attack }, en: { title: attack, summary: attack } };
  for (const id of ['cookies', 'newsletter-signup']) next.texts.contexts[id] = { sv: { title: attack, field: attack }, da: { title: attack, field: attack }, en: { title: attack, field: attack } };
  next.controllers = next.controllers.map((one) => ({ ...one, name: attack }));
  const bodies = next.notices.filter(({ document }) => ['cookies', 'newsletter-signup'].includes(document.id)).map((one) => ({ ...one, document: { ...one.document, version: '9.0', title: attack, body: `${attack}?\n\n- ${attack}\n\n${attack}` }, change: 'editorial' as const, from: '2026-01-01T00:00:00.000000Z' }));
  await loadCatalogueInto(world.api.fresh.options, { ...next, notices: [...next.notices, ...bodies] });
  await until(async () => ((await (await fetch(`${world.apiUrl}/v1/sites/${world.siteKey}`)).json()) as { controller: string }).controller === attack);
  world.pages.set('/attacked', { body: '<iframe title="x" data-purpose="statistics" data-src="https://x.example/"></iframe><samtycke-subscribe purpose="newsletter" button="&lt;img src=x onerror=window.hit=1&gt;"></samtycke-subscribe>' });
  const { page } = await world.visit('/attacked');
  await page.waitForSelector('samtycke-placeholder p');
  await page.waitForSelector('samtycke-subscribe form');
  await page.click('samtycke-subscribe summary');
  await page.waitForSelector('samtycke-subscribe li');
  await press(page, 'plain');
  await page.click('samtycke-preferences summary');
  await page.waitForSelector('samtycke-preferences details li');
  expect(await page.textContent('samtycke-preferences label[for=statistics]')).toBe(attack);
  expect(await page.textContent('samtycke-placeholder p')).toBe(`Det här innehållet kommer från x.example och visas först när du har sagt ja till: ${attack}.`);
  expect(await page.locator('img, samtycke-banner script, samtycke-preferences script').count()).toBe(0);
  await page.goto(`${world.apiUrl}/s/${world.siteKey}/newsletter?lang=sv`);
  expect(await page.textContent('h1')).toBe(attack);
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.evaluate(() => 'hit' in window)).toBe(false);
});
