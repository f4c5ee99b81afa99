import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Prepared } from './prepare.js';

export type App = 'website' | 'portal' | 'newsletter' | 'analytics' | 'api';

/** A page in one of its states, reached as a person reaches it. */
export interface Scene {
  app: App;
  /** Names its pictures. */
  name: string;
  /** What is to be seen. */
  title: string;
  /** `false`: only looked at by tests, no picture. */
  picture?: false;
  options?: (prepared: Prepared) => BrowserContextOptions;
  open(page: Page, prepared: Prepared): Promise<unknown>;
}

/** Opens a scene in a context of its own. */
export async function openScene(browser: Browser, scene: Scene, prepared: Prepared, options: BrowserContextOptions): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ locale: 'sv-SE', reducedMotion: 'reduce', ...scene.options?.(prepared), ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await scene.open(page, prepared);
  return { context, page };
}
