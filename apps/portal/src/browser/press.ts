import { ask } from '#live';
import { say, sentence } from './message.js';
import { during, show } from './refresh.js';

interface Pressed {
  result: 'saved' | 'waiting' | 'failed' | 'refused' | 'stale' | 'unchosen';
  words: string;
  view: string;
}

/** Shows at once where the switch is going; the answer sets it right. */
function lean(button: HTMLButtonElement, on: boolean): void {
  if (button.getAttribute('role') === 'switch') button.setAttribute('aria-checked', String(on));
}

const contentOf = (form: HTMLFormElement): URLSearchParams => new URLSearchParams(new FormData(form) as unknown as Record<string, string>);

async function send(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  const body = contentOf(form);
  const sent = String(body);
  if (button.name) body.set(button.name, button.value);
  const response = await ask(form.action, { method: 'POST', headers: { accept: 'application/json' }, body });
  if (response.status === 401) return location.reload();
  if (!response.ok) throw new Error(String(response.status));
  const { result, words, view } = (await response.json()) as Pressed;
  if (result === 'failed' || result === 'refused') lean(button, button.value !== 'on');
  // What was saved is nobody's unsaved wish any more; what was ticked meanwhile is.
  if (result === 'saved' && String(contentOf(form)) === sent) form.reset();
  show(view);
  say(words, result === 'saved' || result === 'waiting' ? 'good' : 'bad');
}

async function press(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  if (form.ariaBusy === 'true') return;
  form.ariaBusy = 'true';
  lean(button, button.value === 'on');
  try {
    await during(() => send(form, button));
  } catch {
    lean(button, button.value !== 'on');
    say(sentence('failed'), 'bad');
  } finally {
    form.ariaBusy = null;
  }
}

/** Takes every switch and every form of wishes on the page; without this script the forms are sent as they are. */
export function watchSwitches(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    const button = event.submitter as HTMLButtonElement | null;
    if (!form.matches('[data-choice], [data-wish]') || !button) return;
    event.preventDefault();
    void press(form, button);
  });
}
