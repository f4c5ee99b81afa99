import { html, type Markup } from '#html';
import type { Reaction } from '../store/reactions.js';
import { showDuration } from './numbers.js';
import { WORDS, type Language, type Words } from './words.js';

type Kind = keyof Words['kinds'];

const KINDS: Record<string, Kind> = {
  'consent-granted': 'granted',
  'consent-withdrawn': 'withdrawn',
  'consent-refused': 'refused',
  'request-opened': 'requested',
  'request-closed': 'closed',
};

/** Reasons by which somebody himself took his yes back. */
const OWN: readonly (string | null)[] = ['person', 'one-click', 'unverified', 'gpc', 'linked-person'];

const kindOf = ({ type, reason }: Reaction): Kind => (type === 'consent-withdrawn' && !OWN.includes(reason) ? 'ended' : (KINDS[type] ?? 'changed'));

const SIGNS: Record<'in' | 'out' | 'wait', Markup> = {
  in: html`<path d="M10 5v10M5 10h10"/>`,
  out: html`<path d="M5 10h10"/>`,
  wait: html`<path d="M10 5.5V10l3 2"/>`,
};

const signOf = (reaction: Reaction): keyof typeof SIGNS => {
  if (reaction.type === 'request-opened') return 'wait';
  return reaction.allowed ? 'in' : 'out';
};

/** What a reaction was, in words, without its time. */
export function describeReaction(reaction: Reaction, language: Language): string {
  const words = WORDS[language];
  const reason = reaction.reason === null ? undefined : words.reasons[reaction.reason];
  return reason === undefined ? words.kinds[kindOf(reaction)] : `${words.kinds[kindOf(reaction)]} – ${reason}`;
}

function line(reaction: Reaction, language: Language): Markup {
  const words = WORDS[language];
  const reason = reaction.reason === null ? undefined : words.reasons[reaction.reason];
  const sign = signOf(reaction);
  const took = showDuration(reaction.appliedAt.getTime() - reaction.recordedAt.getTime(), language);
  const at = reaction.appliedAt.toISOString();
  return html`<li class="reaction reaction-${sign}" data-event="${reaction.event}">
<svg class="reaction-sign" viewBox="0 0 20 20" aria-hidden="true">${SIGNS[sign]}</svg>
<p class="reaction-what"><b>${words.kinds[kindOf(reaction)]}</b>${reason !== undefined && html` <span class="tag">${reason}</span>`}</p>
<p class="reaction-when"><time data-age datetime="${at}">${at.slice(11, 19)}</time> · ${words.tookPlace(took)}</p>
</li>`;
}

/** The latest reactions, newest first. */
export function reactionList(reactions: readonly Reaction[], language: Language): Markup {
  const words = WORDS[language];
  if (reactions.length === 0) return html`<p class="empty">${words.nothingHappened}</p>`;
  return html`<ol class="reactions">${reactions.map((reaction) => line(reaction, language))}</ol>`;
}
