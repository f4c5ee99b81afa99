import type { Page } from 'playwright-core';
import { newAddress } from '../website-stack.js';
import type { Prepared } from './prepare.js';
import type { Scene } from './scene.js';

const BANNER = 'samtycke-banner section';

/** As if it had been answered long ago: what was chosen a moment ago is told once more after the page was loaded anew. */
const answeredLongAgo = (page: Page): Promise<unknown> =>
  page.evaluate(() => localStorage.setItem('samtycke.choices', JSON.stringify({ ...JSON.parse(localStorage.getItem('samtycke.choices') ?? '{}'), at: new Date(Date.now() - 60_000) })));

/** Who has answered already, and has read that it was taken. */
const go = (path: string, then?: (page: Page) => Promise<unknown>) => async (page: Page, { stack }: Prepared): Promise<void> => {
  await page.goto(stack.urls.website + path);
  await page.waitForSelector('samtycke-subscribe #email');
  await page.click(`${BANNER} .refuse`);
  await answeredLongAgo(page);
  await page.reload();
  await page.waitForSelector('samtycke-subscribe #email');
  await then?.(page);
};
const scene = (name: string, title: string, open: Scene['open'], more: Partial<Scene> = {}): Scene => ({ app: 'website', name, title, open, ...more });
const unfold = (page: Page): Promise<unknown> => page.evaluate(() => document.querySelectorAll('main details').forEach((details) => ((details as HTMLDetailsElement).open = true)));
const subscribe = (page: Page, email: string, mood: string) => page.fill('samtycke-subscribe #email', email).then(() => page.click('samtycke-subscribe .row button')).then(() => page.waitForSelector(`samtycke-subscribe [data-mood=${mood}]`));

async function contact(page: Page): Promise<void> {
  await page.fill('#contact-name', 'Anna');
  await page.fill('#contact-email', newAddress());
  await page.selectOption('#contact-topic', { index: 1 });
  await page.fill('#contact-message', 'Vi bygger om butiken. Räcker värmen från kylan till lokalerna?');
  await page.check('#contact-newsletter');
  await page.check('#contact-market-research');
}

export const WEBSITE_SCENES: Scene[] = [
  scene('start', 'The first page', go('/')),
  scene('banner', 'The question about cookies', async (page, { stack }) => {
    await page.goto(`${stack.urls.website}/`);
    await page.waitForSelector(BANNER);
  }),
  scene('settings', 'The cookie settings', async (page, { stack }) => {
    await page.goto(`${stack.urls.website}/`);
    await page.click(`${BANNER} .plain`);
    await page.waitForSelector('samtycke-preferences dialog[open]');
    await page.click('samtycke-preferences summary');
  }),
  scene('products', 'Products', go('/produkter')),
  scene('courses', 'Training, with the event sign-up', go('/utbildningar')),
  scene('contact', 'Contact, with its form', go('/kontakt')),
  scene('contact-filled', 'The form filled in, both choices ticked by hand', go('/kontakt', contact), { picture: false }),
  scene('contact-wrong', 'A form that came back', go('/kontakt', async (page) => {
    await page.fill('#contact-email', 'anna');
    await page.click('#contact-form button');
    await page.waitForSelector('#contact-faults');
  })),
  scene('contact-unfolded', 'What data are used for, and how the form is made', go('/kontakt', unfold)),
  scene('contact-thanks', 'A form that was taken, with what was ticked', go('/kontakt', async (page) => {
    await contact(page);
    await page.click('#contact-form button');
    await page.waitForURL('**/tack?*');
  })),
  scene('complaint', 'Complaint', go('/reklamation')),
  scene('courses-wrong', 'An event sign-up that came back', go('/utbildningar', async (page) => {
    await page.click('#event-form button');
    await page.waitForSelector('#event-faults');
  }), { picture: false }),
  scene('to-portal', 'The way to the customer portal', go('/kundportalen')),
  scene('about', 'About', go('/om-oss')),
  scene('notices', 'All notices', go('/information')),
  scene('notice', 'One notice', go('/information/contact')),
  scene('builders', 'For builders', go('/utvecklare', unfold)),
  scene('subscribe-wrong', 'Newsletter: what is no address', go('/om-oss', (page) => subscribe(page, 'anna', 'bad')), { picture: false }),
  scene('subscribe-sent', 'Newsletter: a mail is on its way', go('/om-oss', (page) => subscribe(page, newAddress(), 'good')), { picture: false }),
  scene('not-found', 'A page that is not there', go('/finns-inte'), { picture: false }),
  scene('without-scripts', 'Newsletter where the ledger’s script does not run', async (page, { stack }) => {
    await page.route('**/samtycke.js', (route) => route.abort());
    await page.goto(`${stack.urls.website}/kontakt`);
    await page.waitForSelector('#newsletter-email');
  }, { picture: false }),
];
