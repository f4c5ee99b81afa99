import { choose, currentChoices, onChoice, toAsk } from './choices.js';
import { build, dress, Element, sheetOf } from './draw.js';
import { loadParts } from './load-parts.js';
import { isFramed, settings } from './settings.js';
import { hasSignal } from './signal.js';
import { count, site, type Site } from './site.js';
import { BANNER, BASE } from './style.js';

const SHOWN_MS = 5_000;
const JUST_MS = 1_000;
const ICON = 'M12 3a9 9 0 1 0 9 9 3.5 3.5 0 0 1-4.5-4.5A3.5 3.5 0 0 1 12 3zM8.5 10v.01M9 15v.01M14 16v.01M13 11.5v.01';

function icon(): SVGElement {
  const [svg, path] = ['svg', 'path'].map((name) => document.createElementNS('http://www.w3.org/2000/svg', name)) as [SVGElement, SVGElement];
  svg.setAttribute('viewBox', '0 0 24 24');
  path.setAttribute('d', ICON);
  svg.append(path);
  return svg;
}

/** The first layer: a region at the foot of the page that covers nothing for good, asks once, and never takes the focus. */
export class Banner extends Element {
  private readonly root: ShadowRoot;
  private region?: HTMLElement;
  private again?: HTMLElement;
  /** What the question was drawn from. */
  private asked?: Site;
  /** What had the focus before the question. */
  private cameFrom?: HTMLElement | null;
  private readonly status: HTMLElement;
  /** One for all banners of a page. */
  private readonly space: CSSStyleSheet;
  private timer?: ReturnType<typeof setTimeout>;
  private end!: () => void;

  constructor() {
    super();
    this.root = dress(this, BANNER);
    this.root.append((this.status = build('p', { role: 'status' })));
    this.space = sheetOf('html{}');
  }

  connectedCallback(): void {
    document.adoptedStyleSheets = [...new Set([...document.adoptedStyleSheets, this.space])];
    this.end = onChoice(() => this.show());
    this.show();
  }

  disconnectedCallback(): void {
    this.end();
  }

  /** Shows the question while it must be asked, and else the way back to it. */
  show(asks = !!toAsk()[0] && !hasSignal()): void {
    const asked = site();
    if (!asked || isFramed()) return;
    this.lang = asked.locale;
    this.draw(asked.words, asks);
    if (!this.region) this.reserve();
  }

  private draw(words: Record<string, string>, asks: boolean): void {
    const held = this.root.activeElement;
    if (!asks || this.asked !== site()) this.region = void this.region?.remove();
    this.asked = site();
    // Drawn when it is needed: the question is not kept waiting for it.
    if (asks) {
      this.region ??= this.question(words);
      this.again = void this.again?.remove();
    } else this.again ??= this.wayBack(words);
    if (held?.isConnected === false) this.land();
  }

  /** Where nothing has the focus any more it goes to what opens the choices again, else to where it came from. */
  land(): void {
    const places = [this.again, document.querySelector<HTMLElement>('[data-samtycke=open]'), this.cameFrom];
    for (const place of places) if (document.activeElement === document.body) place?.focus({ preventScroll: true });
  }

  private wayBack({ settings: label }: Record<string, string>): HTMLElement {
    const again = build('button', { type: 'button', class: 'again', hidden: settings.reopen === 'off', 'aria-label': label, title: label, click: openChoices }, icon());
    this.root.append(again);
    // What was chosen right before the page was loaded anew was not told there.
    const ago = performance.timeOrigin - Date.parse(currentChoices()?.at ?? '');
    if (ago > 0 && ago < JUST_MS) this.say();
    return again;
  }

  private question(words: Record<string, string>): HTMLElement {
    const { purposes = [], notices = {}, controller } = site() ?? {};
    const texts = Object.values(notices).map(({ field }) => field);
    const names = `${words.about} ${purposes.map(({ title }) => title).join(', ')}. ${words.by} ${controller}. `;
    const press = (label: string | undefined, kind: string, click: () => void): HTMLElement => build('button', { type: 'button', class: kind, click }, label);
    const region = build(
      'section',
      { 'aria-label': words.ask, focusin: ({ relatedTarget }: FocusEvent) => this.root.contains(relatedTarget as Node) || (this.cameFrom = relatedTarget as HTMLElement) },
      build('div', {}, build('h2', {}, words.ask), build('p', {}, texts.join(' ')), build('p', {}, names, press(words.more, 'link', openChoices))),
      build(
        'div',
        { class: 'buttons' },
        press(words.refuse, 'refuse', () => this.answer([])),
        press(words.accept, 'accept', () => this.answer(purposes.map(({ id }) => id))),
        press(words.choose, 'plain', openChoices),
      ),
    );
    this.root.prepend(region);
    // Counted once it was painted: until then the visitor comes first.
    requestAnimationFrame(() => setTimeout(count, 0, 'shown'));
    new ResizeObserver(() => this.isConnected && this.reserve()).observe(region);
    return region;
  }

  private answer(granted: string[]): void {
    void choose(granted, 'banner');
    this.say();
  }

  /** Tells in passing what was chosen; screen readers announce it. */
  say(): void {
    const { words } = site() ?? {};
    this.status.textContent = (currentChoices()?.granted.length ? words?.saved : words?.refused) ?? '';
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.status.replaceChildren(), SHOWN_MS);
  }

  /** Room below the page, so that nothing that has the focus stays behind the banner; nothing moves for it. */
  private reserve(): void {
    const height = this.region ? Math.ceil(this.region.getBoundingClientRect().height) + 32 : 0;
    this.space.replaceSync(height ? `html{scroll-padding-bottom:${height}px;padding-bottom:${height}px}@media print{html{padding:0}}` : 'html{}');
  }
}

/** Reads the styles, and what this browser remembers, while nothing else can be done. */
export function prepare(): void {
  [BASE, BANNER].forEach(sheetOf);
  currentChoices();
}

/** The preference centre; where it cannot be loaded, the first layer, which refuses and takes back as well. */
export async function openChoices(): Promise<void> {
  const banner = document.querySelector<Banner>('samtycke-banner');
  const parts = await loadParts();
  if (parts) await parts.ask();
  else banner?.show(true);
}
