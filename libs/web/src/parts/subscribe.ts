import type { Core } from '../core.js';
import type { Outcome } from '../outbox.js';
import type { SiteNotice, SitePurpose } from '../site.js';
import { noticeText } from './notice-text.js';
import { NOTICE, SUBSCRIBE } from './style.js';

interface FormConfig {
  locale: string;
  purpose: SitePurpose & { channels?: string[] };
  notice: SiteNotice;
  words: Record<string, string>;
}

type Mood = 'good' | 'waiting' | 'bad';

interface Drawn {
  form: HTMLFormElement;
  field: HTMLInputElement;
  /** Says whether this browser's device goes along, and gives it. */
  refresh(): string | undefined;
  say(word: string, mood: Mood): void;
  setBusy(busy: boolean): void;
  /** What was sent is taken out of the field, but not another address that was typed since. */
  sent(item: Outcome['item']): void;
}

function drawForm(core: Core, { words, notice, purpose, locale }: FormConfig, submit: (email: string) => void, button: string | null): Drawn {
  const { build } = core;
  const field = build('input', { id: 'email', name: 'email', type: 'email', autocomplete: 'email', inputmode: 'email', maxlength: '254', required: true, 'aria-describedby': 'notice answer' });
  const send = build('button', { type: 'submit' }, button ?? words.send);
  const answer = build('p', { id: 'answer', class: 'answer', role: 'status' });
  const say = (word: string, mood: Mood): void => {
    answer.textContent = words[word] ?? '';
    answer.dataset.mood = mood;
    if (mood === 'bad') field.setAttribute('aria-invalid', 'true');
    else field.removeAttribute('aria-invalid');
  };
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    const email = field.value.trim();
    if (email && field.checkValidity()) return submit(email);
    say('missing', 'bad');
    field.focus();
  };
  const small = build('p', { id: 'notice', class: 'small' });
  const refresh = (): string | undefined => {
    const { token } = core.currentDevice() ?? {};
    small.textContent = `${notice.field}${token ? ` ${words.linked}` : ''}`;
    return token;
  };
  const form = build('form', { novalidate: true, submit: onSubmit }, build('label', { for: 'email' }, words.email), build('div', { class: 'row' }, field, send), small, noticeText(core, { [purpose.notice]: notice }, { locale, label: words.text }), answer);
  const sent = ({ body }: Outcome['item']): void => {
    if (field.value.trim() === body.subject?.email) field.value = '';
    say('sent', 'good');
  };
  return { form, field, refresh, say, sent, setBusy: (busy) => send.toggleAttribute('disabled', busy) };
}

interface Pressed {
  email: string;
  point: string | null;
  /** The token of the device, where the form said that it goes along. */
  device?: string;
  /** How far this browser's clock is ahead. */
  ahead: number;
}

/** What is sent: bound to the notice that stands at the field, and to the moment of the press. The device is linked when the mail is confirmed. */
function bodyOf({ purpose, notice, locale }: FormConfig, { email, point, device, ahead }: Pressed) {
  return {
    subject: { email, ...(device && { device }) },
    decisions: [{ purpose: purpose.id, decision: 'grant' as const, ...(purpose.channels && { channels: purpose.channels }) }],
    notice: { id: purpose.notice, version: notice.version, locale, snapshot: notice.snapshot },
    capture: { context: purpose.notice, method: 'form', point: point ?? undefined, url: (location.origin + location.pathname).slice(0, 2048) },
    occurredAt: new Date(Date.now() - ahead).toISOString(),
  };
}

/** The sign-up form: says what happens in each case, and never whether an address is known. What stands inside it is for browsers without JavaScript. */
export function subscribe(core: Core): void {
  /** Those in the page. */
  const forms = new Set<Subscribe>();
  core.onOutcome((outcome) => forms.forEach((form) => form.what === outcome.item.what && void form.tell(outcome)));

  class Subscribe extends HTMLElement {
    what?: string;
    private drawn?: Drawn;
    private device?: string;

    private readonly follow = (): void => void (this.device = this.drawn?.refresh());

    async connectedCallback(): Promise<void> {
      document.addEventListener('samtycke:change', this.follow);
      forms.add(this);
      this.follow();
      const read = await this.read();
      if (!read || this.shadowRoot || !this.isConnected || core.isFramed()) return;
      const { config, ahead } = read;
      const before = this.querySelector<HTMLInputElement>('input[name=email]');
      const hadFocus = document.activeElement === before;
      this.what = config.purpose.id;
      core.dress(this, SUBSCRIBE, NOTICE);
      this.show(config, ahead);
      if (before) this.takeOver(before.value, hadFocus);
      if (core.isWaiting(this.what)) this.drawn?.say('kept', 'waiting');
    }

    disconnectedCallback(): void {
      document.removeEventListener('samtycke:change', this.follow);
      forms.delete(this);
    }

    /** What was typed into the form for browsers without JavaScript, before this one took its place. */
    private takeOver(typed: string, hadFocus: boolean): void {
      if (!this.drawn) return;
      this.drawn.field.value = typed;
      if (hadFocus) this.drawn.field.focus({ preventScroll: true });
    }

    /** Asked for anew, so that the answer's time is the api's own. */
    private async read(): Promise<{ config: FormConfig; ahead: number } | undefined> {
      const id = this.getAttribute('purpose') ?? 'newsletter';
      const { status, body, ahead } = await core.readSite(`/forms/${encodeURIComponent(id)}?lang=${core.languages()}`, { cache: 'no-cache' });
      return status === 200 ? { config: body as unknown as FormConfig, ahead } : undefined;
    }

    private show(config: FormConfig, ahead: number): void {
      const { purpose, notice, locale } = config;
      const point = this.getAttribute('point');
      this.lang = locale;
      const submit = async (email: string): Promise<void> => {
        drawn.setBusy(true);
        const device = this.device === core.currentDevice()?.token ? this.device : undefined;
        try {
          await core.send(purpose.id, bodyOf(config, { email, point, device, ahead }));
        } finally {
          drawn.setBusy(false);
        }
      };
      const drawn = drawForm(core, config, (email) => void submit(email), this.getAttribute('button'));
      this.drawn = drawn;
      this.device = drawn.refresh();
      this.shadowRoot?.replaceChildren(drawn.form);
      core.count('shown', { locale, notices: { [purpose.notice]: notice } }, point ?? '');
    }

    async tell({ item, result, body }: Outcome): Promise<void> {
      this.dispatchEvent(new CustomEvent('samtycke:subscribe', { bubbles: true, detail: { purpose: this.what, result } }));
      if (result === 'kept') return this.drawn?.say('kept', 'waiting');
      if (result === 'rejected') return body.code === 'notice_unknown' ? this.showAnew() : this.drawn?.say(body.code === 'invalid_identifier' ? 'missing' : 'rejected', 'bad');
      this.drawn?.sent(item);
    }

    /** The text went out of use while the page stood open: nobody signs up under one that he has not seen. */
    private async showAnew(): Promise<void> {
      const email = this.drawn?.field.value ?? '';
      const read = await this.read();
      if (!read) return this.drawn?.say('rejected', 'bad');
      this.show(read.config, read.ahead);
      if (this.drawn) this.drawn.field.value = email;
      this.drawn?.say('changed', 'bad');
    }
  }
  if (!customElements.get('samtycke-subscribe')) customElements.define('samtycke-subscribe', Subscribe);
}
