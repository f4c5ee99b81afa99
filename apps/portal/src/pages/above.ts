import { html, type Markup } from '#html';
import type { Locale } from '#languages';
import type { Choice } from '../choices/view.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { dayIn, fill, textsIn } from '../language/texts.js';
import { ago } from './ago.js';
import { resumeForm } from './wishes-form.js';

/** What is in force now, where that is less than what was chosen (both are shown). */
export function aboveLine({ purpose, above, wishes }: Choice, locale: Locale, stale: boolean): Markup | undefined {
  if (!above) return undefined;
  const { now } = ownTextsIn(locale);
  const words = fill(now[above.kind], { day: above.kind === 'paused' ? dayIn(locale, above.until) : '', channels: above.kind === 'narrowed' ? above.channels.join(', ').toLocaleLowerCase(locale) : '' });
  const resume = above.kind === 'paused' && wishes?.pausedUntil !== undefined && !stale ? resumeForm(purpose.id, locale) : undefined;
  return html`<div class="now"><p id="now-${purpose.id}"><strong>${now.label}:</strong> ${words}</p>${resume}</div>`;
}

/** Which systems have stopped, and how long ago, as they acknowledged it themselves. */
export function stoppedLines({ stopped }: Choice, locale: Locale): Markup | undefined {
  if (stopped.length === 0) return undefined;
  const names = textsIn(locale).acts.systems;
  const [before = '', after = ''] = ownTextsIn(locale).stopped.split('{ago}');
  const others = stopped.filter(({ system }) => system !== 'portal');
  const line = ({ system, at }: Choice['stopped'][number]): Markup => html`<li>${fill(before, { system: names[system] ?? system })}${ago(locale, at)}${after}</li>`;
  return html`<ul class="stopped">${(others.length > 0 ? others : stopped).map(line)}</ul>`;
}
