import { html, type Markup } from '#html';
import type { Locale } from '#languages';
import type { Choice, Part } from '../choices/view.js';
import { fill, textsIn } from '../language/texts.js';
import type { NoticeName } from '../ledger/ledger-types.js';
import { aboveLine, stoppedLines } from './above.js';
import { switchForm } from './switch-form.js';
import { wishesOf } from './wishes-form.js';
import { basisIn, isOn, stateIn, waitingPartsIn } from './words-of-choice.js';

export interface CardFrame {
  locale: Locale;
  /** The text that changes on this page are bound to. */
  notice?: NoticeName;
  noticeTitle: (id: string) => string;
  websiteUrl: string;
  stale: boolean;
  /** The purpose of which no channel was chosen, as its form is to say. */
  unchosen?: string;
}

/** Changes when the card must be drawn anew. */
export const revisionOf = ({ purpose, status, version, allowed, waiting, validUntil, above, stopped, channels, partners }: Choice, { stale, locale, unchosen }: Pick<CardFrame, 'stale' | 'locale' | 'unchosen'>): string =>
  [status, version, allowed, waiting?.of, [...channels, ...partners].filter(({ on }) => on).map(({ id }) => id).join('+'), validUntil ?? '', above?.kind ?? '', stopped.length, stale, locale, purpose.id === unchosen].join('.');

const partSwitch = (purpose: string, kind: 'channel' | 'partner', { id, title, on }: Part, notice: NoticeName | undefined): Markup =>
  html`<li>${switchForm({ purpose, on, [kind]: id, notice, button: (attributes) => html`<button class="part" id="${kind}-${purpose}-${id}" role="switch" aria-checked="${on ? 'true' : 'false'}" ${attributes}>${title}</button>` })}</li>`;

function partList(choice: Choice, kind: 'channel' | 'partner', label: string, frame: CardFrame): Markup | undefined {
  const parts = kind === 'channel' ? choice.channels : choice.partners;
  if (parts.length === 0) return undefined;
  return html`<div class="parts" role="group" aria-label="${choice.title}: ${label}"><span class="parts-label">${label}</span><ul>${parts.map((part) => partSwitch(choice.purpose.id, kind, part, frame.notice))}</ul></div>`;
}

function noticeLink({ notice, purpose }: Choice, { locale, noticeTitle }: CardFrame): Markup | undefined {
  const { card } = textsIn(locale);
  const shown = notice ?? (purpose.notice && { ...purpose.notice, locale });
  if (!shown) return undefined;
  const words = fill(notice ? card.yourText : card.readAbout, { notice: `${noticeTitle(shown.id)} ${shown.version}` });
  const language = shown.locale === locale ? '' : ` (${shown.locale})`;
  return html`<li><a href="/notices/${shown.id}?version=${shown.version}&amp;locale=${shown.locale}">${words}${language}</a></li>`;
}

const directMarketing = ({ purpose }: Choice, locale: Locale): Markup | undefined =>
  purpose.directMarketing ? html`<li>${textsIn(locale).card.directMarketing}</li>` : undefined;

/** A purpose that is given partner by partner says so where there is none to choose. */
const noPartners = ({ purpose, partners }: Choice, locale: Locale): Markup | undefined =>
  purpose.partners && partners.length === 0 ? html`<p class="small">${textsIn(locale).card.noPartners}</p>` : undefined;

function deviceButtons(choice: Choice, { locale, websiteUrl }: CardFrame): Markup {
  const { act } = textsIn(locale);
  const id = choice.purpose.id;
  return html`<div class="device-act">${choice.waiting ? '' : switchForm({ purpose: id, on: true, button: (attributes) => html`<button class="button button-quiet" id="switch-${id}" aria-describedby="title-${id}" ${attributes}>${act.allDevices}</button>` })}
    <a href="${websiteUrl}/" class="quiet-link" aria-describedby="title-${id}">${act.toWebsite}</a></div>`;
}

/** The switch of the whole purpose; none where nothing can be switched, or where only a partner by name can. */
function mainSwitch(choice: Choice, frame: CardFrame): Markup | undefined {
  const { purpose, group, title } = choice;
  const on = isOn(choice);
  if (group === 'told') return undefined;
  if (group === 'devices') return deviceButtons(choice, frame);
  if (purpose.partners && !on) return undefined;
  const label = fill(textsIn(frame.locale).act.turn, { title });
  const button = (attributes: Markup): Markup => html`<button class="switch" id="switch-${purpose.id}" role="switch" aria-checked="${on ? 'true' : 'false'}" aria-label="${label}" aria-describedby="state-${purpose.id}" ${attributes}><span></span></button>`;
  return switchForm({ purpose: purpose.id, on, notice: frame.notice, button });
}

/** One purpose: what it is, how it stands, why it may be, under which text, and its switch. */
export function choiceCard(choice: Choice, frame: CardFrame): Markup {
  const { locale } = frame;
  const { basis, card } = textsIn(locale);
  const { words, mood } = stateIn(locale, choice);
  const kept = waitingPartsIn(locale, choice);
  const ground = basisIn(locale, choice.purpose.basis);
  const id = choice.purpose.id;
  const act = mainSwitch(choice, frame);
  return html`<li class="choice" data-part="choice-${id}" data-purpose="${id}" data-state="${choice.status}.${choice.version}.${String(choice.allowed)}" ${choice.waiting ? html`data-waiting` : ''} data-rev="${revisionOf(choice, frame)}">
  <div class="choice-words"><h3 id="title-${id}">${choice.title}</h3><p>${choice.summary}</p>
    <p class="state state-${mood}" id="state-${id}">${words}</p>
    ${kept === undefined ? '' : html`<p class="state state-pending" id="waiting-${id}">${kept}</p>`}
    ${aboveLine(choice, locale, frame.stale)}${stoppedLines(choice, locale)}
    ${partList(choice, 'channel', card.channels, frame)}${partList(choice, 'partner', card.partners, frame)}${noPartners(choice, locale)}
    <ul class="meta"><li>${basis.label}: ${ground.words} <span class="article">${ground.article}</span></li>${noticeLink(choice, frame)}${directMarketing(choice, locale)}</ul></div>
  ${act ? html`<div class="choice-act">${act}</div>` : ''}${frame.stale || choice.waiting ? '' : wishesOf(choice, locale, id === frame.unchosen)}</li>`;
}
