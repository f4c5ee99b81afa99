import { KeyRefused } from './ask.js';
import { find } from './elements.js';

const LONGEST_MS = 30_000;
const KEPT = 'samtycke-key';
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** A page that shows what the ledger answers to the key that its reader typed. */
export interface BoardOptions<Report> {
  everyMs: number;
  /** Throws `KeyRefused` where another key is needed. */
  ask(key: string, signal: AbortSignal): Promise<Report>;
  draw(report: Report, anew: boolean): void;
  /** Takes away what was drawn. */
  clear(): void;
}

export interface Board {
  /** Asks anew, now. */
  again(): void;
  /** Draws once more what is known; `anew`: in other colours. */
  redraw(anew?: boolean): void;
  /** The key that is in use. */
  key(): string | null;
}

const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });

/**
 * The gate and what is behind it. The key stays in this tab. While the page is seen it is asked again and again, more seldom while the
 * ledger does not answer; what was last known stays.
 */
export function openBoard<Report>({ everyMs, ask, draw, clear }: BoardOptions<Report>): Board {
  const gate = find<HTMLFormElement>('gate');
  const field = find<HTMLInputElement>('key');
  const trouble = find('gate-trouble');
  const live = find('live');
  let looking: AbortController | undefined;
  let last: { report: Report; at: Date } | undefined;

  function open(isOpen: boolean): void {
    gate.hidden = isOpen;
    find('board').hidden = !isOpen;
  }

  /** A row of numbers that changes each second is told to nobody's ear: only whether they come. */
  function say(state: 'on' | 'off', words: string): void {
    live.dataset.state = state;
    if (live.textContent !== words) live.textContent = words;
  }

  /** What was seen with a key goes with it. */
  function leave(words: string): void {
    looking?.abort();
    last = undefined;
    clear();
    sessionStorage.removeItem(KEPT);
    open(false);
    trouble.textContent = words;
    field.setAttribute('aria-invalid', String(words !== ''));
    field.focus();
  }

  function show(key: string, report: Report): void {
    sessionStorage.setItem(KEPT, key);
    last = { report, at: new Date() };
    open(true);
    draw(report, false);
    say('on', 'Live');
  }

  /** Whether it may be asked again. */
  function failed(error: unknown): boolean {
    if (error instanceof KeyRefused) leave(error.message);
    else if (!last) leave('The ledger does not answer. Try again.');
    else say('off', `No answer since ${clock.format(last.at)}, trying again`);
    return !(error instanceof KeyRefused) && last !== undefined;
  }

  async function look(key: string): Promise<void> {
    looking?.abort();
    const { signal } = (looking = new AbortController());
    for (let pause = everyMs; !signal.aborted; await rest(pause, signal)) {
      try {
        const report = await ask(key, signal);
        if (signal.aborted) return;
        show(key, report);
        pause = everyMs;
      } catch (error) {
        if (signal.aborted || !failed(error)) return;
        pause = Math.min(pause * 2, LONGEST_MS);
      }
    }
  }

  function again(): void {
    const key = sessionStorage.getItem(KEPT);
    if (key && document.visibilityState === 'visible') void look(key);
    else looking?.abort();
  }

  gate.addEventListener('submit', (event) => {
    event.preventDefault();
    trouble.textContent = '';
    const key = field.value.trim();
    field.value = '';
    if (/^[\w-]+$/.test(key)) void look(key);
    else leave('This is no key.');
  });
  find('leave').addEventListener('click', () => leave(''));
  document.addEventListener('visibilitychange', again);
  const redraw = (anew = false): void => {
    if (last) draw(last.report, anew);
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => redraw(true));
  open(false);
  again();
  return { again, redraw, key: () => sessionStorage.getItem(KEPT) };
}

/** The value of the choice of this name. */
export const chosen = (name: string): string => document.querySelector<HTMLInputElement>(`input[name=${name}]:checked`)?.value ?? '';
