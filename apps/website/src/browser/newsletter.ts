import { currentDevice } from './device.js';
import { isWaiting, onOutcome, send } from './outbox.js';
import { now, settings } from './settings.js';
import { showToast } from './toast.js';

const SENT = 'Kolla din mejl: vi har skickat en länk som du bekräftar med. Först då börjar nyhetsbrevet.';
const KEPT = 'Vi når inte servern just nu. Din anmälan ligger kvar i den här webbläsaren och skickas så snart det går.';
const REJECTED = 'Adressen gick inte att läsa. Kontrollera den och försök igen.';
const MISSING = 'Skriv en e-postadress, till exempel anna@example.se.';

const form = document.getElementById('newsletter-form') as HTMLFormElement | null;
const field = document.getElementById('newsletter-email') as HTMLInputElement | null;
const answer = document.getElementById('newsletter-answer');

type Mood = 'good' | 'waiting' | 'bad';

function say(words: string, mood: Mood): void {
  if (!answer || !field) return;
  answer.textContent = words;
  answer.dataset.mood = mood;
  field.toggleAttribute('aria-invalid', mood === 'bad');
  if (mood === 'bad') field.setAttribute('aria-invalid', 'true');
}

function setBusy(busy: boolean): void {
  form?.toggleAttribute('aria-busy', busy);
  form?.querySelector('button')?.toggleAttribute('disabled', busy);
}

async function submit(email: string): Promise<void> {
  setBusy(true);
  const device = currentDevice();
  const subject = { email, ...(device ? { device: device.token } : {}) };
  const decisions = [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }];
  const capture = { context: 'newsletter-signup', method: 'form', point: 'site-footer', url: location.href };
  await send({ what: 'newsletter', ofDevice: false, body: { subject, decisions, notice: settings.newsletter, capture, occurredAt: now() } });
  setBusy(false);
  answer?.scrollIntoView({ block: 'nearest' });
}

function onSubmit(event: SubmitEvent): void {
  event.preventDefault();
  const email = field?.value.trim() ?? '';
  if (!email || !field?.checkValidity()) {
    say(MISSING, 'bad');
    field?.focus();
    return;
  }
  void submit(email);
}

/** The sign-up form: says what happens in each case, and never whether an address is known. */
export function watchNewsletter(): void {
  form?.addEventListener('submit', onSubmit);
  const linked = form?.querySelector<HTMLElement>('[data-when-device]');
  if (linked) linked.hidden = !currentDevice();
  if (isWaiting('newsletter')) say(KEPT, 'waiting');
  onOutcome(({ item, result }) => {
    if (item.what !== 'newsletter') return;
    if (result === 'kept') return say(KEPT, 'waiting');
    if (result === 'rejected') return say(REJECTED, 'bad');
    if (answer?.dataset.mood === 'waiting') showToast('Din anmälan till nyhetsbrevet är skickad.');
    if (field) field.value = '';
    say(SENT, 'good');
  });
}
