import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { zipSync, unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { verifyPack } from '#proof';
import { checkEd25519, createKeyring, readKeyring, sha256 } from '#vault';
import { expectSound, visitsTo } from './visits.js';
import { askApi, newAddress } from './website-stack.js';

const { stack, visit } = visitsTo('/verify', 'html.ready');
let key: string;
let person: string;
let pack: Buffer;

beforeAll(async () => {
  key = (JSON.parse(await readFile(process.env.TEST_STACK_RUN_JSON ?? '', 'utf8')) as { logKey: string }).logKey;
  const subject = { email: newAddress() };
  const decisions = (decision: string): object[] => [{ purpose: 'newsletter', decision }];
  const { body } = await askApi(stack, 'consents:write', '/v1/consents', { subject, decisions: decisions('grant'), notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' }, capture: { context: 'newsletter-signup', method: 'form' } });
  await askApi(stack, 'consents:write', '/v1/consents', { subject, decisions: decisions('withdraw') });
  person = String(body.person);
  const answer = await fetch(`${stack.urls.api}/v1/people/${person}/proof`, { headers: { authorization: `Bearer ${stack.keys['audit:read']}`, 'samtycke-reason': 'a test' } });
  expect(answer.status).toBe(200);
  pack = Buffer.from(await answer.arrayBuffer());
});

const choose = (page: Page, bytes: Buffer): Promise<void> => page.setInputFiles('#pack', { name: 'pack.zip', mimeType: 'application/zip', buffer: bytes });
const title = (page: Page): Promise<string> => page.locator('#result h2').innerText();
const findings = (page: Page): Promise<string[]> => page.locator('.findings li').evaluateAll((rows) => rows.map((row) => `${row.className}: ${row.lastElementChild?.textContent ?? ''}`));
const changed = (change: (files: Record<string, Uint8Array>) => void): Buffer => {
  const files = unzipSync(pack);
  change(files);
  return Buffer.from(zipSync(files));
};

/** Brings text into a field from the clipboard. */
async function paste(page: Page, field: string, text: string): Promise<void> {
  await page.evaluate((value) => {
    const note = document.body.appendChild(document.createElement('textarea'));
    note.value = value;
    note.select();
    document.execCommand('copy');
    note.remove();
  }, text);
  await page.focus(field);
  await page.keyboard.press('Control+V');
}

async function drop(page: Page, bytes: Buffer): Promise<void> {
  const data = await page.evaluateHandle((base64) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], 'pack.zip', { type: 'application/zip' }));
    return transfer;
  }, bytes.toString('base64'));
  await page.dispatchEvent('#drop', 'drop', { dataTransfer: data });
}

describe('the page that verifies a pack', () => {
  test('says of a dropped pack what the command line says, without the network, and shows what is proven and the text that was shown', async () => {
    const page = await visit();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.context().setOffline(true);
    await page.fill('#key', key);
    await drop(page, pack);
    await page.waitForSelector('.verdict');
    expect(await title(page)).toBe('What was checked holds');
    expect(await page.locator('.verdict p').innerText()).toMatch(/^One thing was not checked: it is marked “Open” below\. Made /);
    const report = verifyPack(new Map(Object.entries(unzipSync(pack))), { key }, { sha256, check: checkEd25519 });
    expect(await findings(page)).toEqual(report.findings.map(({ state, text }) => `${state}: ${text}`));
    expect(await page.locator('tbody tr td:nth-child(4)').allInnerTexts()).toEqual(['consent given', 'consent withdrawn']);
    await page.click('section summary');
    expect(await page.locator('section details .text').innerText()).toContain('nyhetsbrev');
    expect(asked).toEqual([]);
  });

  test('says that everything holds only where everything was checked; of a cosigner who has not signed this pack it says so, and nothing against the pack', async () => {
    const page = await visit();
    const { keyring } = JSON.parse(await readFile(process.env.TEST_STACK_RUN_JSON ?? '', 'utf8')) as { keyring: string };
    const cosigner = readKeyring(keyring).cosigner?.verifier ?? '';
    await page.fill('#key', key);
    await page.click('#form summary');
    await page.fill('#cosigner', cosigner);
    await choose(page, pack);
    await page.waitForSelector('.verdict.good');
    expect([await title(page), await page.locator('.findings .open').count()]).toEqual(['Everything holds', 0]);
    await page.fill('#cosigner', `${cosigner}\n${createKeyring('witness.example/ledger').cosigner?.verifier ?? ''}`);
    await choose(page, pack);
    await page.locator('.findings .open', { hasText: 'holds no cosignature by witness.example/ledger/operator' }).waitFor();
    expect(await title(page)).toBe('What was checked holds');
    expect(await page.locator('.findings .open .state').allInnerTexts()).toEqual(['Not judged']);
    expect(await page.locator('.verdict p').innerText()).toMatch(/^What you asked beside is not answered by this pack: it is marked “Not judged” below\. Made /);
    await expectSound(page, 'verify-not-cosigned');
  });

  test('shows of merged people each one’s events apart, who was merged into whom, and which right was exercised', async () => {
    const give = async (): Promise<string> => String((await askApi(stack, 'consents:write', '/v1/consents', { subject: { email: newAddress() }, decisions: [{ purpose: 'newsletter', decision: 'grant' }], notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' }, capture: { method: 'form' } })).body.person);
    const [one, other] = [await give(), await give()];
    await askApi(stack, 'people:write', `/v1/people/${one}/complaints`, { text: 'No answer' });
    await askApi(stack, 'people:write', `/v1/people/${one}/merge`, { into: other });
    const answer = await fetch(`${stack.urls.api}/v1/people/${other}/proof`, { headers: { authorization: `Bearer ${stack.keys['audit:read']}`, 'samtycke-reason': 'a test' } });
    const page = await visit();
    await page.fill('#key', key);
    await choose(page, Buffer.from(await answer.arrayBuffer()));
    await page.waitForSelector('.verdict');
    expect(await page.locator('#result h4').allInnerTexts()).toEqual([`person ${other}`, `person ${one}, merged into ${other}`]);
    const tables = await page.locator('#result table').allInnerTexts();
    expect(tables).toHaveLength(2);
    expect(tables[1]).toMatch(/right-requested: right: complaint; to be answered by/);
    expect(tables[1]).toContain(`person-merged: merged into ${other}`);
    await expectSound(page, 'verify-merged');
  });

  test('may send nothing, whatever its script would try', async () => {
    const page = await visit();
    const tried = await page.evaluate(() => fetch('/health/live').then(() => 'sent', () => 'refused'));
    expect(tried).toBe('refused');
    const policy = (await fetch(`${stack.urls.api}/verify`)).headers.get('content-security-policy');
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).not.toMatch(/unsafe|connect-src|https?:/);
  });

  test('names what does not hold, with person, purpose and version, and takes no key from the pack', async () => {
    const page = await visit();
    await page.fill('#key', key);
    await choose(page, changed((files) => {
      const name = `events/${person}.ndjson`;
      files[name] = Buffer.from(Buffer.from(files[name] ?? []).toString().replace('"form"', '"paper"'));
    }));
    await page.waitForSelector('.fails');
    expect(await title(page)).toMatch(/do not hold/);
    expect((await findings(page)).join('\n')).toContain(`(person ${person}, purpose newsletter, version 1, event 1)`);
    expect(await page.locator('table').count()).toBe(0);
    await page.fill('#key', createKeyring(key.split('+')[0] ?? '').log.verifier);
    await choose(page, pack);
    await page.waitForFunction(() => document.querySelector('#result')?.textContent?.includes('is not signed by the key'));
    await choose(page, Buffer.from('no zip'));
    await page.waitForFunction(() => document.querySelector('#result')?.textContent?.includes('cannot be unpacked'));
    await page.fill('#key', 'nonsense');
    await choose(page, pack);
    await page.getByRole('alert').filter({ hasText: 'no verifier key' }).waitFor();
    expect(await page.locator('#result').innerText()).toBe('');
  });

  test('asks for the key where it belongs if a pack comes first, in sight and to a screen reader, and checks that pack as soon as the key is there', async () => {
    const page = await visit({ viewport: { width: 360, height: 740 } });
    await choose(page, pack);
    const asked = page.getByRole('alert');
    await asked.filter({ hasText: 'Paste the log’s public key here first' }).waitFor();
    expect(await asked.innerText()).toContain('pack.zip');
    const [box, field] = [await asked.boundingBox(), await page.locator('#key').boundingBox()];
    for (const one of [box, field]) expect(one && one.y >= 0 && one.y + one.height <= 740).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('key');
    expect(await page.locator('#key').getAttribute('aria-invalid')).toBe('true');
    expect((await page.locator('#key').getAttribute('aria-describedby'))?.split(' ')).toContain('key-missing');
    await expectSound(page, 'verify-no-key');
    await paste(page, '#key', key);
    await page.waitForSelector('.verdict.good');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('key');
    expect(await page.locator('#key-missing').innerText()).toBe('');
    expect(await page.locator('#key').getAttribute('aria-invalid')).toBeNull();
    expect(await page.locator('#key').getAttribute('aria-describedby')).toBe('key-hint');
  });

  test('keeps the pack until a key can be read, says at the field what is wrong with one, and checks again whenever the keys have changed, without taking the focus from whoever types', async () => {
    const page = await visit();
    const alert = page.getByRole('alert');
    const invalid = (): Promise<string | null> => page.locator('#key').getAttribute('aria-invalid');
    await choose(page, pack);
    await alert.filter({ hasText: 'first' }).waitFor();
    await page.keyboard.type(key.slice(0, -4));
    expect(await invalid()).toBe('true');
    await page.keyboard.press('Tab');
    await alert.filter({ hasText: '32 bytes' }).waitFor();
    expect(await alert.innerText()).toContain('pack.zip');
    expect(await invalid()).toBe('true');
    expect(await page.locator('#result').innerText()).toBe('');
    expect(await page.evaluate(() => document.activeElement?.localName)).toBe('summary');
    const other = createKeyring(key.split('+')[0] ?? '').log.verifier;
    await page.fill('#key', '');
    await paste(page, '#key', other);
    await page.waitForSelector('.verdict.bad');
    expect(await alert.innerText()).toBe('');
    expect(await invalid()).toBeNull();
    await page.keyboard.type(`\n${key}`);
    expect(await page.locator('#key').inputValue()).toBe(`${other}\n${key}`);
    await page.keyboard.press('Tab');
    await page.waitForSelector('.verdict.good');
    expect(await page.evaluate(() => document.activeElement?.localName)).toBe('summary');
  });

  test('says which field holds what cannot be read, and nothing of the pack then', async () => {
    const page = await visit();
    await page.fill('#key', key);
    await choose(page, pack);
    await page.waitForSelector('.verdict.good');
    const junk = (field: string, text: string): Promise<void> => page.setInputFiles(field, { name: 'junk', mimeType: 'text/plain', buffer: Buffer.from(text) });
    await junk('#known', '{"checkpoint": "junk", "events": []}');
    await page.waitForSelector('.verdict.bad');
    expect([await title(page), await page.locator('.verdict p').innerText(), await findings(page)]).toEqual(['It could not be verified', 'The other pack, or the JSON of …/proof, cannot be read: this is no signed note.', []]);
    await page.setInputFiles('#known', []);
    await page.waitForSelector('.verdict.good');
    await junk('#checkpoint', 'junk');
    await page.waitForSelector('.verdict.bad');
    expect(await page.locator('.verdict p').innerText()).toBe('The checkpoint that you kept cannot be read: this is no signed note.');
  });

  test('leaves the verdict as it stands where nothing has changed that it was found with', async () => {
    const page = await visit();
    await choose(page, pack);
    await paste(page, '#key', key);
    const verdict = await page.waitForSelector('.verdict.good');
    await page.keyboard.press('Tab');
    await page.click('section summary');
    expect(await verdict.isVisible()).toBe(true);
    expect(await page.locator('section details[open]').count()).toBe(1);
  });

  test('takes several keys of the log, one a line, and follows changes of the key only where that is ticked', async () => {
    const page = await visit();
    await page.fill('#key', `${createKeyring(key.split('+')[0] ?? '').log.verifier}\n${key}\n`);
    await choose(page, pack);
    await page.waitForSelector('.verdict.good');
    await page.click('#form summary');
    expect(await page.locator('#follow').isChecked()).toBe(false);
    await page.check('#follow');
    await choose(page, pack);
    await page.waitForSelector('.verdict.good');
  });

  test.each([
    ['on a desk', { viewport: { width: 1280, height: 900 } }],
    ['on a phone', { viewport: { width: 360, height: 740 } }],
    ['in the dark', { viewport: { width: 820, height: 1000 }, colorScheme: 'dark' as const }],
  ])('has no accessibility fault and fits its window %s, empty and with each outcome', async (name, options) => {
    const page = await visit(options);
    const sound = (state: string): Promise<void> => expectSound(page, `verify-${name}-${state}`);
    await sound('empty');
    await page.fill('#key', key);
    await choose(page, pack);
    await page.waitForSelector('.verdict.good');
    await page.click('#form summary');
    await sound('good');
    await choose(page, changed((files) => delete files['VERIFY.md']));
    await page.waitForSelector('.verdict.bad');
    await sound('bad');
  });
});
