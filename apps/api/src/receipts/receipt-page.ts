import { blocksOf } from '#catalogue';
import type { LedgerEvent } from '#contracts';
import { escapeHtml as e } from '#html';
import type { Locale } from '#languages';
import { languageIn, momentIn } from '../links/times.js';
import { heldWords } from '../rights/held-words.js';
import type { ReceiptEvent } from './read-receipt.js';
import { isOnlyNoted, type ReceiptCatalogue } from './receipt-document.js';
import { receiptWords, type ReceiptWords, type Undoes } from './receipt-words.js';

export interface ReceiptPage {
  locale: Locale;
  events: ReceiptEvent[];
  /** As it stood then. */
  catalogue: ReceiptCatalogue;
  /** Where a withdrawal is taken now. */
  contact: string;
  /** Where the signed file is. */
  file: string;
  jws: string;
}

/** As every page tells it, and as the log has it. */
const time = (text: string, locale: Locale): string => `<time datetime="${e(text)}">${e(momentIn(locale, text))}</time> (${e(text.slice(0, 16).replace('T', ' '))} UTC)`;
const row = (name: string, value: string): string => (value === '' ? '' : `<div><dt>${e(name)}</dt><dd>${value}</dd></div>`);
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function titles({ catalogue, locale }: ReceiptPage, group: string, ids: string[]): string {
  return ids.map((id) => e(catalogue.texts?.[group]?.[id]?.[locale]?.title ?? id)).join('<br>');
}

function textShown({ event, title, body }: ReceiptEvent, words: ReceiptWords): string {
  const { notice } = event;
  if (!notice || body === undefined) return '';
  const blocks = blocksOf(body).map((block) => {
    if (block.kind === 'list') return `<ul>${block.items.map((item) => `<li>${e(item)}</li>`).join('')}</ul>`;
    return block.kind === 'heading' ? `<h4>${e(block.text)}</h4>` : `<p>${e(block.text)}</p>`;
  });
  return `<details open><summary>${e(words.shown)}: <span lang="${e(notice.locale)}">${e(title ?? '')}</span> <code>${e(notice.id)} ${e(notice.version)}</code></summary><div lang="${e(notice.locale)}"><h3>${e(title ?? '')}</h3>${blocks.join('')}</div></details>`;
}

function retentionOf({ meaning }: ReceiptEvent): string[] {
  const { until, longer } = (meaning.retention ?? {}) as { until?: string; longer?: string[] };
  return [...(until === undefined ? [] : [until]), ...strings(longer)];
}

function partnerNames({ catalogue }: ReceiptPage, ids: string[]): string {
  return ids.map((id) => e(catalogue.partners?.find((one) => one.id === id)?.name ?? id)).join('<br>');
}

/** When it was answered; where that was only noted, what, and that it changed nothing. */
function said({ event }: ReceiptEvent, page: ReceiptPage, words: ReceiptWords): string[] {
  const when = row(words.when, time(event.occurredAt, page.locale));
  if (!isOnlyNoted(event)) return [when];
  const { channels, partners } = event.fact ?? {};
  const decision = e(words.decisions[event.decision ?? ''] ?? event.decision ?? '');
  const parts = [decision, titles(page, 'channels', strings(channels)), partnerNames(page, strings(partners))];
  return [row(words.answer, parts.filter(Boolean).join('<br>')), when, row(words.effect, e(words.noted))];
}

interface Chosen {
  status?: string;
  channels?: string[];
  /** Of those, the ones to be used. */
  preferred?: string[];
}

/** Where something stands above a choice, none of its channels is in force; what was chosen is in the event beside. */
function channelsOf({ after, fact }: ReceiptEvent['event']): string[] {
  const inForce = strings(after?.channels);
  const { preferred, channels } = (fact as { chosen?: Chosen } | undefined)?.chosen ?? {};
  return inForce.length > 0 ? inForce : strings(preferred ?? channels);
}

/** What is wished of it, and until when it is paused. */
function wishes({ event }: ReceiptEvent, page: ReceiptPage, words: ReceiptWords): string[] {
  const { topics, frequency, language, pausedUntil } = event.after?.preferences ?? {};
  const said = [
    row(words.topics, titles(page, 'topics', strings(topics))),
    row(words.frequency, frequency === undefined ? '' : titles(page, 'frequencies', [frequency])),
    row(words.language, language === undefined ? '' : e(languageIn(page.locale, language))),
    row(words.pausedUntil, pausedUntil === undefined ? '' : time(pausedUntil, page.locale)),
  ].filter(Boolean);
  return said.length === 0 && event.type === 'preferences-changed' ? [row(words.wishes, e(words.noWishes))] : said;
}

/** What was answered, by name. */
function answer(one: ReceiptEvent, page: ReceiptPage, words: ReceiptWords): string[] {
  const { statuses, bases } = heldWords[page.locale];
  const { status = '', since, partners, validUntil } = one.event.after ?? {};
  const basis = one.event.basis ?? '';
  return [
    ...said(one, page, words),
    row(words.state, e(statuses[status] ?? status)),
    row(words.since, since && isOnlyNoted(one.event) ? time(since, page.locale) : ''),
    row(words.channels, titles(page, 'channels', channelsOf(one.event))),
    ...wishes(one, page, words),
    row(words.partners, partnerNames(page, strings(partners))),
    row(words.validUntil, validUntil ? time(validUntil, page.locale) : ''),
    row(words.basis, e(bases[basis] ?? basis)),
  ];
}

/** Who may do what with which data, for how long: as the purpose was meant then. */
function meant(one: ReceiptEvent, page: ReceiptPage, words: ReceiptWords): string[] {
  const controller = page.catalogue.controllers?.find(({ id }) => id === one.event.controller);
  return [
    row(words.controller, controller ? `${e(controller.name)}<br>${e(controller.email)}` : ''),
    row(words.categories, titles(page, 'categories', strings(one.meaning.categories))),
    row(words.recipients, titles(page, 'recipients', strings(one.meaning.recipients))),
    row(words.retention, titles(page, 'retention', retentionOf(one))),
  ];
}

const BY_HIMSELF = new Set(['person', 'device']);
/** Whose key the portal writes by: what is pressed there its person has decided. */
const PORTAL = 'portal';

const UNDOES: Record<string, Undoes> = { given: 'yes', renewed: 'yes', refused: 'no', withdrawn: 'no', expired: 'no', objected: 'objected', requested: 'requested' };

/** Whether it withdrew a part, be it under what stands above the choice: the rest is still a yes. */
function isPart({ type, after, fact }: LedgerEvent): boolean {
  const { status = after?.status } = (fact as { chosen?: Chosen } | undefined)?.chosen ?? {};
  return type === 'consent-withdrawn' && UNDOES[status ?? ''] === 'yes';
}

function whatHappened(event: LedgerEvent, locale: Locale): string {
  const { type, actor } = event;
  if (isPart(event)) return receiptWords[locale].less;
  const own = BY_HIMSELF.has(actor.kind) || (actor.kind === 'system' && actor.id === PORTAL);
  return (own ? receiptWords[locale].own[type] : undefined) ?? heldWords[locale].types[type] ?? type;
}

/** How what stands after an event is changed. */
function undoesOf({ type, after }: LedgerEvent): Undoes[] {
  const state = type === 'objection-lifted' ? 'lifted' : UNDOES[after?.status ?? ''];
  return [...(state === undefined ? [] : [state]), ...(type === 'preferences-changed' ? ['wishes' as const] : [])];
}

function undoing({ events, locale }: ReceiptPage, contact: string): string {
  const words = receiptWords[locale];
  const said = [...new Set(events.flatMap(({ event }) => undoesOf(event)))].map((one) => `<p>${e(words.undoes[one].replace('{contact}', () => contact))}</p>`);
  return said.length === 0 ? '' : `<h2>${e(words.undo)}</h2>${said.join('')}`;
}

function card(one: ReceiptEvent, page: ReceiptPage, words: ReceiptWords): string {
  const { event, hash, index } = one;
  return `<section>
<h2>${titles(page, 'purposes', [event.purpose])}</h2>
<p class="what">${e(whatHappened(event, page.locale))}</p>
<dl>
${[...answer(one, page, words), ...meant(one, page, words)].filter((line) => line !== '').join('\n')}
</dl>
${textShown(one, words)}
<dl class="proof">
${row(words.event, `<code>${e(event.event)}</code>`)}
${row(words.index, `<code>${index}</code> · ${e(event.ledger)}`)}
${row(words.hash, `<code>${e(hash)}</code>`)}
</dl>
</section>`;
}

/** The receipt for reading and printing: plain HTML that works without scripts, styles from /receipt.css. */
export function renderReceipt(page: ReceiptPage): string {
  const { locale, events, catalogue, contact, file, jws } = page;
  const words = receiptWords[locale];
  const rights = (catalogue.rights ?? []).map(({ id }) => `<li>${titles(page, 'rights', [id])}</li>`).join('');
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${e(words.title)}</title>
<link rel="stylesheet" href="/receipt.css">
</head>
<body>
<main>
<header><h1>${e(words.title)}</h1><p>${e(words.lead)}</p></header>
${events.map((one) => card(one, page, words)).join('\n')}
<section>${undoing(page, contact)}<h2>${e(words.rights)}</h2><ul>${rights}</ul></section>
<section><h2>${e(words.proof)}</h2><p>${e(words.proofText)}</p><p><a href="${e(file)}" download="receipt.jsonld">${e(words.download)}</a></p><h3>${e(words.signature)}</h3><p class="jws"><code>${e(jws.slice(0, 24))}…${e(jws.slice(-86))}</code></p></section>
</main>
</body>
</html>
`;
}
