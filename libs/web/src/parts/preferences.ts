import type { Core } from '../core.js';
import type { Banner } from '../banner.js';
import type { Site } from '../site.js';
import { noticeText } from './notice-text.js';
import { NOTICE, PREFERENCES } from './style.js';

const CROSS = 'M4 4l12 12M16 4 4 16';

const banner = (): Banner | null => document.querySelector('samtycke-banner');

/** Said by the part itself: a banner need not carry it. */
const SIGNAL: Record<string, string> = {
  sv: 'Din webbläsare skickar signalen Global Privacy Control. Vi har räknat den som ett nej. Säger du ja här gäller ditt ja.',
  da: 'Din browser sender signalet Global Privacy Control. Vi har regnet det som et nej. Siger du ja her, gælder dit ja.',
  en: 'Your browser sends the Global Privacy Control signal. We have taken it as a no. If you say yes here, your yes applies.',
};

interface Form {
  form: HTMLFormElement;
  heading: HTMLElement;
  /** Follows what holds now: a box is ticked or unticked where that has changed, and else left as the visitor has set it. */
  refresh(): void;
}

function cross(): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS('http://www.w3.org/2000/svg', 'path'));
  svg.firstElementChild?.setAttribute('d', CROSS);
  return svg;
}

/** Every purpose by itself, nothing ticked that was not chosen; refusing all is one press, like accepting all. */
function drawForm(core: Core, done: () => void, closable: boolean): Form {
  const { build } = core;
  const { purposes = [], necessary = [], words = {}, notices = {}, locale } = core.site() ?? {};
  const answer = (granted: string[]): void => {
    void core.choose(granted, 'settings');
    refresh();
    form.reset();
    done();
    banner()?.say();
  };
  const boxes = purposes.map(({ id }) => build('input', { type: 'checkbox', role: 'switch', id, name: id, 'aria-describedby': `${id}-what` }));
  const rows = purposes.map(({ id, title, summary }, at) => build('li', {}, build('label', { class: 'title', for: id }, title), boxes[at], build('p', { id: `${id}-what` }, summary)));
  const always = necessary.map(({ title, summary }) => build('li', {}, build('span', { class: 'title' }, title), build('span', { class: 'always' }, words.always), build('p', {}, summary)));
  const heading = build('h2', { id: 'settings', tabindex: '-1', autofocus: true }, words.settings);
  const signal = build('p', { class: 'signal' }, SIGNAL[locale ?? ''] ?? SIGNAL.en);
  const press = (label: string | undefined, kind: string, click: () => void): HTMLElement => build('button', { type: 'button', class: kind, click }, label);
  const close = closable && build('button', { type: 'button', class: 'close', 'aria-label': words.close, click: done }, cross());
  const form = build(
    'form',
    { 'aria-labelledby': 'settings', submit: (event: Event) => event.preventDefault() },
    build('div', { class: 'head' }, heading, close),
    build('p', {}, words.scope),
    signal,
    build('ul', { class: 'choices' }, ...always, ...rows),
    noticeText(core, notices, { locale, label: words.text, ofSite: true }),
    build(
      'div',
      { class: 'buttons' },
      press(words.refuse, 'refuse', () => answer([])),
      press(words.accept, 'accept', () => answer(purposes.map(({ id }) => id))),
      press(words.save, 'plain', () => answer(boxes.filter(({ checked }) => checked).map(({ name }) => name))),
    ),
  );
  const refresh = (): void => {
    for (const box of boxes) if (box.defaultChecked !== core.may(box.name)) box.checked = box.defaultChecked = core.may(box.name);
    signal.hidden = !core.hasSignal();
  };
  refresh();
  return { form, heading, refresh };
}

/** Shows the choices in a dialog above the page; closing it in any other way than by its buttons changes nothing. */
function openDialog(core: Core, host: HTMLElement): Promise<void> {
  host.lang = core.site()?.locale ?? '';
  const dialog = core.build('dialog', { 'aria-labelledby': 'settings' });
  const { form, heading, refresh } = drawForm(core, () => dialog.close(), true);
  dialog.append(form);
  core.dress(host, PREFERENCES, NOTICE).append(dialog);
  host.toggleAttribute('data-dialog', true);
  const asked = core.site();
  const follow = (): void => (asked === core.site() ? refresh() : dialog.close());
  document.body.append(host);
  document.addEventListener('samtycke:change', follow);
  dialog.showModal();
  heading.focus();
  return new Promise((resolve) =>
    dialog.addEventListener('close', () => {
      document.removeEventListener('samtycke:change', follow);
      host.remove();
      banner()?.land();
      resolve();
    }),
  );
}

/** The element in a page of the site's own: the same choices, in place. */
function defineInline(core: Core): void {
  class Preferences extends HTMLElement {
    private drawn?: Form;
    private asked?: Site;

    private readonly follow = (): void => this.show();

    connectedCallback(): void {
      document.addEventListener('samtycke:change', this.follow);
      this.show();
    }

    disconnectedCallback(): void {
      document.removeEventListener('samtycke:change', this.follow);
    }

    /** As soon as it is known what to ask; after that it follows every change. */
    private show(): void {
      const asked = core.site();
      const isDrawn = this.asked ? this.asked === asked : this.shadowRoot;
      if (!asked || core.isFramed() || isDrawn) return this.drawn?.refresh();
      this.asked = asked;
      this.lang = asked.locale;
      this.toggleAttribute('data-inline', true);
      this.drawn = drawForm(core, () => undefined, false);
      (this.shadowRoot ?? core.dress(this, PREFERENCES, NOTICE, ':host{display:block}')).replaceChildren(this.drawn.form);
    }
  }
  if (!customElements.get('samtycke-preferences')) customElements.define('samtycke-preferences', Preferences);
}

/** The preference centre; gives what opens it. Framed by another origin it shows nothing that could be pressed unseen. */
export function preferences(core: Core): () => Promise<void> {
  let open = Promise.resolve();
  let host: HTMLElement | undefined;
  defineInline(core);
  return () => {
    if (!core.site() || core.isFramed()) return Promise.resolve();
    // One that went with the body of its page is open no more.
    if (!host?.isConnected) open = openDialog(core, (host = document.createElement('samtycke-preferences')));
    return open;
  };
}
