import type { Reaction } from '../store/reactions.js';
import { html, type Html } from './html.js';
import { showDuration } from './numbers.js';
import { WORDS, type Language, type Words } from './words.js';

const KINDS: Record<string, keyof Words['kinds']> = { 'consent-granted': 'granted', 'consent-withdrawn': 'withdrawn', 'consent-refused': 'refused' };

/** What a reaction was, in words, without its time. */
export function describeReaction({ type, purpose }: Reaction, language: Language): string {
  const words = WORDS[language];
  return `${words.kinds[KINDS[type] ?? 'changed']} ${words.purposes[purpose] ?? purpose}`;
}

function tags({ reason, removed }: Reaction, language: Language): Html[] {
  const words = WORDS[language];
  const why = reason === null ? undefined : words.reasons[reason];
  return [
    ...(why === undefined ? [] : [html` <span class="tag">${why}</span>`]),
    ...(removed > 0 ? [html` <span class="tag tag-gone">${words.removed(removed)}</span>`] : []),
  ];
}

function line(reaction: Reaction, language: Language): Html {
  const words = WORDS[language];
  const sign = reaction.allowed ? 'in' : 'out';
  const took = showDuration(reaction.appliedAt.getTime() - reaction.recordedAt.getTime(), language);
  const at = reaction.appliedAt.toISOString();
  return html`<li class="reaction reaction-${sign}" data-event="${reaction.event}">
<svg class="reaction-sign" viewBox="0 0 20 20" aria-hidden="true"><path d="${reaction.allowed ? 'M10 5v10M5 10h10' : 'M5 10h10'}"/></svg>
<p class="reaction-what"><b>${describeReaction(reaction, language)}</b>${tags(reaction, language)}</p>
<p class="reaction-when"><time data-age datetime="${at}">${at.slice(11, 19)}</time> · ${words.tookPlace(took)}</p>
</li>`;
}

/** The latest reactions, newest first. */
export function reactionList(reactions: readonly Reaction[], language: Language): Html {
  if (reactions.length === 0) return html`<p class="empty">${WORDS[language].nothingHappened}</p>`;
  return html`<ol class="reactions">${reactions.map((reaction) => line(reaction, language))}</ol>`;
}
