import { WHOLE_PERSON } from '#contracts';
import type { Choice } from '../choices/view.js';
import type { Locale } from '../language/locale.js';
import { fill, momentIn, textsIn } from '../language/texts.js';
import type { Texts } from '../language/wording.js';
import type { PastEvent } from '../store/history.js';
import { html, type Markup } from './html.js';

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

function kindOf({ type, allowed }: PastEvent): Kind {
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

/** A fact about the whole person that says nothing by itself is left to the purposes that it changed. */
const isTold = ({ purpose, type }: PastEvent): boolean => purpose !== WHOLE_PERSON || (type in KINDS && !['preferences-changed', 'processing-restricted', 'restriction-lifted'].includes(type));

function entry(event: PastEvent, titles: Map<string, string>, locale: Locale): Markup {
  const { past, because } = textsIn(locale);
  const kind = kindOf(event);
  const title = titles.get(event.purpose) ?? event.purpose;
  const reason = event.reason === undefined ? undefined : because[event.reason];
  return html`<li class="past past-${toneOf(kind)}"><span class="past-what">${fill(past[kind], { title })}</span>${reason ? html`<span class="past-why">${reason}</span>` : ''}<time datetime="${event.occurredAt.toISOString()}">${momentIn(locale, event.occurredAt)}</time>${receiptOf(event, title, locale) ?? ''}</li>`;
}

/** What a person has decided, as the portal received it, newest first. */
export function historyList(history: PastEvent[], choices: Choice[], locale: Locale): Markup {
  const texts = textsIn(locale).history;
  const titles = new Map(choices.map(({ purpose, title }) => [purpose.id, title]));
  const told = history.filter(isTold);
  const revision = `${told.length}.${told[0]?.occurredAt.getTime() ?? 0}.${told[0]?.purpose ?? ''}.${locale}`;
  return html`<section class="history" aria-labelledby="history-title" data-part="history" data-rev="${revision}"><h2 id="history-title">${texts.title}</h2><p class="small">${told.length > 0 ? texts.words : texts.none}</p>
  ${told.length > 0 ? html`<ol>${told.map((event) => entry(event, titles, locale))}</ol>` : ''}</section>`;
}
