import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '#testing';
import { openScene, prepare, SCENES, type Prepared, type Scene } from './scenes/scenes.js';
import { accessibilityFaults, overflowOf, readStack } from './website-stack.js';

let browser: Browser;
let prepared: Prepared;

beforeAll(async () => {
  prepared = await prepare(await readStack());
  browser = await launchBrowser();
}, 120_000);
afterAll(() => browser?.close());

/** What a colour scheme can change. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

const named = SCENES.map((scene): [string, Scene] => [`${scene.app}/${scene.name}`, scene]);

/** What moves by itself although less motion is wished for. */
const moving = (page: Page): Promise<string[]> =>
  page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').map((animation) => (animation as CSSAnimation).animationName ?? 'a transition'));

interface Stop {
  what: string;
  /** Whether something shows where the focus is. */
  marked: boolean;
  /** Whether it lies in the window and nothing lies over all of it. */
  seen: boolean;
}

/** Where the focus is, through shadow roots. */
function lookAtFocus(): Stop | undefined {
  let element = document.activeElement as HTMLElement | null;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement as HTMLElement;
  if (!element || element === document.body) return undefined;
  const around = (element.closest('label, .card, li, .choice') ?? element) as HTMLElement;
  const isMarked = (one: Element): boolean => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || boxShadow !== 'none';
  };
  const box = element.getBoundingClientRect();
  const points = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [box.x + x * box.width, box.y + y * box.height] as const));
  const root = element.getRootNode() as Document | ShadowRoot;
  const hits = points.filter(([x, y]) => {
    const hit = root.elementFromPoint(x, y);
    return hit !== null && (element.contains(hit) || hit.contains(element) || element.parentElement?.contains(hit) === true);
  });
  return { what: `${element.localName}#${element.id}.${element.className} "${(element.textContent ?? '').trim().slice(0, 30)}"`, marked: isMarked(element) || isMarked(around), seen: hits.length > 0 };
}

/** Presses Tab until the focus has left the page or has been everywhere; gives what was reached. */
async function tabThrough(page: Page): Promise<Stop[]> {
  const stops: Stop[] = [];
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(lookAtFocus);
    if (!stop) break;
    stops.push(stop);
  }
  return stops;
}

describe('every page of every program, in each of its states', () => {
  test.each(named)('%s: no fault against WCAG 2.2 AA in light and dark, nothing to scroll sideways at 320 pixels, nothing that moves, the focus seen wherever it goes', async (_name, scene) => {
    const { context, page } = await openScene(browser, scene, prepared, { viewport: { width: 1280, height: 900 } });
    expect(await moving(page)).toEqual([]);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await accessibilityFaults(page, OF_COLOURS)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    const stops = await tabThrough(page);
    expect(stops.filter(({ marked, seen }) => !marked || !seen)).toEqual([]);
    await context.close();
  });
});
