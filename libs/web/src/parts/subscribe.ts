import type { Core } from '../load-parts.js';
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
  say(word: string, mood: Mood): void;
  setBusy(busy: boolean): void;
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
  const small = `${notice.field}${core.currentDevice() ? ` ${words.linked}` : ''}`;
  const form = build('form', { novalidate: true, submit: onSubmit }, build('label', { for: 'email' }, words.email), build('div', { class: 'row' }, field, send), build('p', { id: 'notice', class: 'small' }, small), noticeText(core, { [purpose.notice]: notice }, locale, words.text), answer);
  return { form, field, say, setBusy: (busy) => send.toggleAttribute('disabled', busy) };
}

/** What is sent: bound to the notice that stands at the field. The device goes along, and is linked when the mail is confirmed. */
function bodyOf(core: Core, { purpose, notice, locale }: FormConfig, email: string, point: string | null) {
  const device = core.currentDevice();
  return {
    subject: { email, ...(device && { device: device.token }) },
    decisions: [{ purpose: purpose.id, decision: 'grant' as const, ...(purpose.channels && { channels: purpose.channels }) }],
    notice: { id: purpose.notice, version: notice.version, locale, snapshot: notice.snapshot },
    capture: { context: purpose.notice, method: 'form', point: point ?? undefined, url: location.href.slice(0, 2048) },
  };
}

/** The sign-up form: says what happens in each case, and never whether an address is known. What stands inside it is for browsers without JavaScript. */
export function subscribe(core: Core): void {
  class Subscribe extends HTMLElement {
    async connectedCallback(): Promise<void> {
      const id = this.getAttribute('purpose') ?? 'newsletter';
      const { status, body } = await core.readSite(`/forms/${encodeURIComponent(id)}?lang=${core.languages()}`);
      if (status === 200 && !this.shadowRoot && !core.isFramed()) this.show(body as unknown as FormConfig);
    }

    private show(config: FormConfig): void {
      const { purpose, locale } = config;
      this.lang = locale;
      const submit = async (email: string): Promise<void> => {
        setBusy(true);
        await core.send(purpose.id, bodyOf(core, config, email, this.getAttribute('point')));
        setBusy(false);
      };
      const { form, field, say, setBusy } = drawForm(core, config, (email) => void submit(email), this.getAttribute('button'));
      core.dress(this, SUBSCRIBE, NOTICE).append(form);
      core.count('shown', { locale, notices: { [purpose.notice]: config.notice } }, this.getAttribute('point') ?? '');
      if (core.isWaiting(purpose.id)) say('kept', 'waiting');
      core.onOutcome(({ item, result }) => {
        if (item.what !== purpose.id) return;
        if (result === 'kept') return say('kept', 'waiting');
        if (result === 'rejected') return say('rejected', 'bad');
        field.value = '';
        say('sent', 'good');
      });
    }
  }
  if (!customElements.get('samtycke-subscribe')) customElements.define('samtycke-subscribe', Subscribe);
}
