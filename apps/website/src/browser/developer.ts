import { currentChoices, onChoice } from './choices.js';
import { currentDevice } from './device.js';
import { hasSignal } from './gpc.js';
import { countWaiting, onOutcome } from './outbox.js';

function show(name: string, words: string): void {
  const element = document.querySelector(`[data-browser="${name}"]`);
  if (element) element.textContent = words;
}

function choicesInWords(): string {
  const choices = currentChoices();
  if (!choices) return 'inget val ännu';
  const what = choices.granted.length > 0 ? choices.granted.join(', ') : 'nej till allt';
  return `${what} (${choices.by === 'gpc' ? 'av signalen GPC' : 'valt här'}, text ${choices.notice.id} ${choices.notice.version})`;
}

/** Shows what this browser holds right now. */
function refresh(): void {
  show('choices', choicesInWords());
  show('device', currentDevice()?.device ?? 'inget id');
  show('outbox', countWaiting() === 0 ? 'tom' : `${countWaiting()} väntar`);
  show('gpc', hasSignal() ? 'ja' : 'nej');
}

onChoice(refresh);
onOutcome(() => queueMicrotask(refresh));
refresh();
