// Runs alone: it measures how soon a banner is seen.
import { cpus } from 'node:os';
import { setTimeout as rest } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { startWorld, type World } from './world.js';

const SLOW_DOWN = 4;
const VISIBLE_WITHIN_MS = 100;
const LONG_TASK_MS = 50;
/** What a series shows is its median, most of its rounds: none is picked. */
const ROUNDS = 15;
/** A series on processors that others use shows those as well: it is measured again, and where they never leave, half as much again must do. */
const MOST_SERIES = 6;
const ALLOWANCE = 1.5;
const REST_MS = 100;
const OWN = 0.85;
const PATIENCE_MS = 300_000;
let world: World;
beforeAll(async () => {
  world = await startWorld();
  // Noted by the page itself, right before the tag: where the script is there sooner it has to wait for the page.
  world.pages.set('/', { head: '<script>window.reached = performance.now()</script>', body: '<p>A page.</p>'.repeat(200) });
  world.pages.set('/blank', { script: false });
});
afterEach(() => world.leave());
afterAll(() => world.close());

interface Measured {
  /** How much of the processors was idle while this test did nothing, right before. */
  idle: number;
  /** What the page's thread has worked from its first byte on: a busy machine changes nothing in it. */
  work: number;
  visible: number;
  longest: number;
  shift: number;
}

/** Runs in the page before all else: notes when the banner is first painted, long tasks and layout shifts. */
function watch(): void {
  const noted = { visible: 0, work: 0, longest: 0, shift: 0 };
  Object.assign(window, { noted });
  new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (noted.longest = Math.max(noted.longest, duration)))).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (noted.shift += (entry as unknown as { value: number }).value))).observe({ type: 'layout-shift', buffered: true });
  const look = (): void => {
    const visible = document.querySelector('samtycke-banner')?.shadowRoot?.querySelector('section')?.getClientRects().length;
    if (visible) noted.visible = performance.now();
    // Only then the test may ask the page anything: its own questions would take the page's time.
    if (visible) setTimeout(() => console.log('visible'));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const idleMs = (): number => cpus().reduce((sum, { times }) => sum + times.idle, 0);

async function lookAtMachine(): Promise<number> {
  const [idle, since] = [idleMs(), performance.now()];
  await rest(REST_MS);
  return (idleMs() - idle) / (performance.now() - since) / cpus().length;
}

async function measure(): Promise<Measured> {
  const { page } = await world.visit('/blank');
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOW_DOWN });
  await page.addInitScript(watch);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async (): Promise<number> => 1000 * ((await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
  const idle = await lookAtMachine();
  const before = await worked();
  await Promise.all([page.waitForEvent('console', { predicate: (message) => message.text() === 'visible' }), page.goto(world.siteUrl)]);
  const work = (await worked()) - before;
  const seen = await page.evaluate(() => {
    const { noted, reached } = window as unknown as { noted: Measured; reached: number };
    const script = performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/samtycke.js')) as PerformanceResourceTiming;
    return { ...noted, visible: noted.visible - Math.max(script.responseEnd, reached) };
  });
  return { ...seen, work, idle };
}

async function measureSeries(): Promise<Measured[]> {
  const rounds: Measured[] = [];
  while (rounds.length < ROUNDS) {
    rounds.push(await measure());
    await world.leave();
  }
  return rounds;
}

const sorted = (rounds: Measured[], what: keyof Measured): number[] => rounds.map((round) => round[what]).sort((a, b) => a - b);
const median = (rounds: Measured[], what: keyof Measured): number => sorted(rounds, what)[ROUNDS >> 1] ?? NaN;
/** Rounds in which both are so. */
const good = (rounds: Measured[], allowance = 1): number => rounds.filter(({ visible, longest }) => visible <= allowance * VISIBLE_WITHIN_MS && longest <= allowance * LONG_TASK_MS).length;

test('at a fourth of the processor’s speed the banner is there within 100 ms of its script, with no long task, in most rounds (half as much again where others keep the processors busy throughout), and nothing moves for it', async () => {
  let rounds: Measured[] = [];
  let allowance = 1;
  for (let series = 1; series <= MOST_SERIES; series += 1) {
    rounds = await measureSeries();
    const idle = median(rounds, 'idle');
    const told = (['visible', 'work', 'longest'] as const).map((what) => sorted(rounds, what).map(Math.round).join(', '));
    process.stdout.write(`series ${series}, ${Math.round(100 * idle)} % of the processors idle beside it: banner visible after its script, ms at ${SLOW_DOWN}x slow-down: ${told[0]}; work of the page's thread until then ${told[1]} ms; longest task ${told[2]} ms\n`);
    allowance = idle < OWN && good(rounds) <= ROUNDS / 2 ? ALLOWANCE : 1;
    if (allowance === 1) break;
  }
  expect(median(rounds, 'visible')).toBeLessThanOrEqual(allowance * VISIBLE_WITHIN_MS);
  expect(good(rounds, allowance)).toBeGreaterThan(ROUNDS / 2);
  expect(rounds.map(({ shift }) => shift)).toEqual(rounds.map(() => 0));
}, PATIENCE_MS);
