import { WHOLE_PERSON } from '#contracts';
import { html, type Markup } from '#html';
import type { Locale } from '#languages';
import type { Act } from '../ledger/ledger-types.js';
import { dayIn, fill, millisecondsIn, momentIn, textsIn } from '../language/texts.js';
import type { Texts } from '../language/wording.js';
import type { PastEvent } from '../store/history.js';

type Kind = keyof Texts['past'];

const KINDS: Record<string, Kind> = {
  'consent-granted': 'granted',
  'consent-refused': 'refused',
  'request-opened': 'requested',
  'request-closed': 'lapsed',
  'objection-raised': 'objected',
  'objection-lifted': 'lifted',
  'preferences-changed': 'preferences',
  'processing-restricted': 'restricted',
  'restriction-lifted': 'unrestricted',
  'person-merged': 'merged',
  'person-split': 'split',
  'person-linked': 'linked',
  'identifiers-changed': 'identifiers',
  'right-requested': 'right',
  'right-closed': 'right',
};

const YES: readonly Kind[] = ['granted', 'lifted'];
const NO: readonly Kind[] = ['withdrawn', 'withdrawnPart', 'refused', 'objected', 'restricted'];

function kindOf({ type, allowed, pause }: PastEvent): Kind {
  if (pause) return pause === 'ended' ? 'resumed' : 'paused';
  if (type === 'consent-withdrawn') return allowed ? 'withdrawnPart' : 'withdrawn';
  return KINDS[type] ?? 'other';
}

function toneOf(kind: Kind): string {
  if (YES.includes(kind)) return 'yes';
  return NO.includes(kind) ? 'no' : 'note';
}

/** What a decision gives a receipt of: facts about the whole person have none. */
function receiptOf({ event, purpose, occurredAt }: PastEvent, title: string, locale: Locale): Markup | undefined {
  if (event === undefined || purpose === WHOLE_PERSON) return undefined;
  const { receipt, receiptOf: named } = textsIn(locale).history;
  return html`<a class="past-receipt" href="/receipts/${event}" aria-label="${fill(named, { title, day: momentIn(locale, occurredAt) })}">${receipt}</a>`;
}

/** Each system with its milliseconds, by its name in the catalogue's language where it has one. */
function actsOf({ acts, occurredAt }: PastEvent, locale: Locale): Markup | '' {
  const heard = acts.filter(({ state, afterMs }) => state !== 'waiting' && afterMs !== undefined);
  const said = [...heard.filter(({ state }) => state === 'acted'), ...heard.filter(({ state }) => state !== 'acted')];
  if (said.length === 0) return '';
  const { acts: words } = textsIn(locale);
  const line = ({ system, state, afterMs = 0 }: Act): Markup => html`<li class="act act-${state}">${fill(words[state === 'acted' ? 'acted' : state === 'parked' ? 'parked' : 'nothing'], { system: words.systems[system] ?? system, ms: millisecondsIn(locale, afterMs) })}</li>`;
  return html`<ul class="acts" aria-label="${fill(words.title, { day: momentIn(locale, occurredAt) })}">${said.map(line)}</ul>`;
}

/** A fact about the whole person that says nothing by itself is left to the purposes that it changed. */
const isTold = ({ purpose, type }: PastEvent): boolean => purpose !== WHOLE_PERSON || (type in KINDS && !['preferences-changed', 'processing-restricted', 'restriction-lifted'].includes(type));

function entry(event: PastEvent, titles: Map<string, string>, locale: Locale): Markup {
  const { past, because } = textsIn(locale);
  const kind = kindOf(event);
  const title = titles.get(event.purpose) ?? event.purpose;
  const reason = event.reason === undefined ? undefined : because[event.reason];
  return html`<li class="past past-${toneOf(kind)}"><span class="past-what">${fill(past[kind], { title, day: typeof event.pause === 'object' ? dayIn(locale, event.pause.until) : '' })}</span>${reason ? html`<span class="past-why">${reason}</span>` : ''}<time datetime="${event.occurredAt.toISOString()}">${momentIn(locale, event.occurredAt)}</time>${actsOf(event, locale)}${receiptOf(event, title, locale) ?? ''}</li>`;
}

export interface HistoryFrame {
  locale: Locale;
  /** It is all that the page shows. */
  alone?: true;
  /** Numbers of the pages beside this one, where there are any. */
  newer?: number;
  older?: number;
}

const PLACES = { newer: 'prev', older: 'next' } as const;

function pagesBeside(frame: HistoryFrame): Markup | '' {
  const texts = textsIn(frame.locale).history;
  const link = (side: keyof typeof PLACES): Markup | '' => {
    const page = frame[side];
    return page === undefined ? '' : html`<a class="button button-small" rel="${PLACES[side]}" href="${page === 1 ? '/#history-title' : `/history?page=${page}`}">${texts[side]}</a>`;
  };
  return frame.newer === undefined && frame.older === undefined ? '' : html`<p class="history-pages">${link('newer')}${link('older')}</p>`;
}

/** What a person has decided, as the portal received it, newest first: a page of it. */
export function historyList(history: PastEvent[], titles: Map<string, string>, frame: HistoryFrame): Markup {
  const { locale } = frame;
  const texts = textsIn(locale).history;
  const told = history.filter(isTold);
  const heard = told.reduce((sum, { acts }) => sum + acts.length + acts.filter(({ state }) => state === 'acted').length, 0);
  const revision = `${heard}.${told.length}.${told[0]?.occurredAt.getTime() ?? 0}.${told[0]?.purpose ?? ''}.${locale}`;
  return html`<section class="history" aria-labelledby="history-title" data-part="history" data-rev="${revision}">${frame.alone ? html`<h1 id="history-title">${texts.title}</h1>` : html`<h2 id="history-title">${texts.title}</h2>`}<p class="small">${told.length > 0 ? texts.words : texts.none}</p>
  ${told.length > 0 ? html`<ol>${told.map((event) => entry(event, titles, locale))}</ol>` : ''}${pagesBeside(frame)}</section>`;
}
