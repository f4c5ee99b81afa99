import { html, type Markup } from '#html';
import type { Locale } from '#languages';
import { ownTextsIn } from '../language/own/own-texts.js';
import { dayIn, fill } from '../language/texts.js';
import type { Asked } from '../ledger/rights-calls.js';

const MOST = 50;

function item({ right, askedAt, due, state, closedAt, outcome }: Asked, locale: Locale): Markup {
  const { kinds, outcomes, requests } = ownTextsIn(locale);
  const title = (kinds as Record<string, string>)[right] ?? right;
  const asked = html`<span class="asked-when">${fill(requests.asked, { day: dayIn(locale, askedAt) })}</span>`;
  if (state === 'open') return html`<li class="asked asked-open"><strong>${title}</strong><span class="asked-state">${requests.open}</span><span>${fill(requests.due, { day: dayIn(locale, due) })}</span>${asked}</li>`;
  const became = (outcomes as Record<string, string>)[outcome ?? ''] ?? outcomes.other;
  return html`<li class="asked"><strong>${title}</strong><span class="asked-state">${became}</span><span>${fill(requests.closed, { day: dayIn(locale, closedAt ?? askedAt) })}</span>${asked}</li>`;
}

/** What a person has asked for: what is open first, the nearest due date on top; then what is closed, the newest on top. */
export function requestsList(asked: readonly Asked[], locale: Locale): Markup {
  const { requests } = ownTextsIn(locale);
  const open = asked.filter(({ state }) => state === 'open').sort((one, other) => one.due.localeCompare(other.due));
  const closed = asked.filter(({ state }) => state === 'closed').sort((one, other) => (other.closedAt ?? '').localeCompare(one.closedAt ?? ''));
  const revision = [...asked.map(({ event, state }) => `${event.slice(-12)}${state}`), locale].join('.');
  const all = [...open, ...closed].slice(0, MOST);
  return html`<section class="panel" data-part="requests" data-told data-rev="${revision}" aria-labelledby="requests-title"><h2 id="requests-title">${requests.title}</h2>
  ${all.length === 0 ? html`<p class="small">${requests.none}</p>` : html`<ul class="asked-list">${all.map((one) => item(one, locale))}</ul>`}</section>`;
}
