import type { Core } from '../load-parts.js';

/** Takes over what is left of the choices; nothing is ever added. What is gone may be asked again. */
export function keepOnly({ announce, currentChoices, remember }: Core, left: (purpose: string) => boolean, asksAgain?: boolean): void {
  const choices = currentChoices();
  if (!choices || choices.granted.every(left)) return;
  const asked = Object.fromEntries(Object.entries(choices.asked).filter(([purpose]) => !asksAgain || left(purpose)));
  remember('choices', { ...choices, asked, granted: choices.granted.filter(left) });
  announce();
}
