import type { LedgerEvent, ShownNotice } from '#contracts';
import { escapeHtml } from '#html';
import { noticeKey, type CatalogueInForce } from '#ledger';
import type { Locale } from '../links/texts.js';
import { momentIn } from '../links/times.js';
import type { Held } from './export.js';
import { heldWords } from './held-words.js';
import type { HeldWords } from './language/wording.js';

type Named = Record<string, Record<string, { title?: string; summary?: string } | undefined> | undefined>;

interface Texts {
  purposes?: Named;
  rights?: Named;
  recipients?: Named;
}

const e = escapeHtml;
const time = (text: string | undefined, locale: Locale): string => (text === undefined ? '' : `<time datetime="${e(text)}">${e(momentIn(locale, text))}</time>`);
const row = (cells: string[]): string => `<tr>${cells.map((cell, at) => (at === 0 ? `<th scope="row">${cell}</th>` : `<td>${cell}</td>`)).join('')}</tr>`;
const table = (title: string, heads: string[], rows: string[]): string =>
  `<div class="wide" role="region" tabindex="0" aria-label="${e(title)}"><table><thead><tr>${heads.map((head) => `<th scope="col">${e(head)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
const section = (title: string, lead: string, content: string): string => `<section><h2>${e(title)}</h2><p>${e(lead)}</p>${content}</section>`;
const orNone = (title: string, rows: string[], words: HeldWords, heads: string[]): string => (rows.length > 0 ? table(title, heads, rows) : `<p class="none">${e(words.none)}</p>`);

const titleIn = (named: Named | undefined, id: string, locale: Locale): string => named?.[id]?.[locale]?.title ?? id;

function consents(held: Held, words: HeldWords, texts: Texts, locale: Locale): string {
  const rows = held.consents.map((one) => row([e(titleIn(texts.purposes, one.purpose, locale)), one.allowed ? e(words.yes) : e(words.no), e(words.statuses[one.status] ?? one.status), e(words.bases[one.basis] ?? one.basis), time(one.since, locale)]));
  return section(words.purposes, words.purposesLead, table(words.purposes, [words.purpose, words.allowed, words.state, words.basis, words.since], rows));
}

/** A text by the title under which it was shown, in its own language. */
function shownText({ id, version, locale }: ShownNotice, { notices }: Pick<CatalogueInForce, 'notices'>): string {
  const title = notices.get(noticeKey(id, version, locale))?.title;
  const name = `${id} ${version}, ${locale}`;
  return title === undefined ? e(name) : `<span lang="${e(locale)}">${e(title)}</span> (${e(name)})`;
}

/** Whose key the portal writes by: what is pressed there its person has decided. */
const PORTAL = 'portal';
const who = ({ actor }: LedgerEvent, words: HeldWords): string => (actor.kind === 'system' && actor.id === PORTAL ? words.portal : (words.actors[actor.kind] ?? actor.kind));

function events(held: Held, words: HeldWords, texts: Texts, locale: Locale, catalogue: CatalogueInForce): string {
  const rows = held.events.map((event) => {
    const purpose = event.purpose.startsWith('~') ? words.whole : titleIn(texts.purposes, event.purpose, locale);
    const text = event.notice ? shownText(event.notice, catalogue) : '';
    return row([time(event.occurredAt, locale), e(purpose), e(words.types[event.type] ?? event.type), text, e(who(event, words))]);
  });
  return section(words.history, words.historyLead, orNone(words.history, rows, words, [words.when, words.purpose, words.what, words.text, words.who]));
}

const STYLES = `:root{color-scheme:light dark;--ground:#f4f6f5;--card:#fff;--ink:#17211d;--soft:#4d5b55;--accent:#0b6b50;--line:#d5ddd9}
@media (prefers-color-scheme:dark){:root{--ground:#101614;--card:#18211d;--ink:#edf3f0;--soft:#a9b8b1;--accent:#5fd3ac;--line:#2c3a34}}
*{box-sizing:border-box}body{margin:0;padding:2rem 1rem 4rem;background:var(--ground);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:62rem;margin:0 auto}header{margin-bottom:2rem}h1{margin:0 0 .5rem;font-size:1.9rem;line-height:1.2;text-wrap:balance}h2{margin:0 0 .25rem;font-size:1.2rem}
section{margin:0 0 1.25rem;padding:1.5rem;background:var(--card);border:1px solid var(--line);border-radius:.9rem}p{margin:0 0 1rem;color:var(--soft);max-width:44rem}
.wide{overflow-x:auto}table{width:100%;border-collapse:collapse;font-size:.9375rem}th,td{padding:.5rem .75rem .5rem 0;text-align:left;vertical-align:top;border-top:1px solid var(--line);overflow-wrap:anywhere}
thead th{border-top:0;color:var(--soft);font-weight:600;white-space:nowrap}tbody th{min-width:5rem;font-weight:600;overflow-wrap:break-word}.none{margin:0;font-style:italic}ul{margin:0;padding-left:1.1rem}li{margin:.25rem 0}
@media print{body{background:#fff;padding:0}section{border:0;padding:0 0 1rem;break-inside:avoid}}`;

/** The readable page of what is held on a person (GDPR 12(1), 15): one file, no script, nothing from elsewhere. */
export function renderHeld(held: Held, locale: Locale, catalogue: CatalogueInForce): string {
  const words = heldWords[locale];
  const { texts = {} } = catalogue.document as { texts?: Texts };
  const identifiers = held.identifiers.map((one) => row([e(words.kinds[one.kind] ?? one.kind), e(one.value)]));
  const devices = held.devices.map((one) => row([e(one)]));
  const evidence = held.evidence.map((one) => row([e(words.evidenceKinds[one.kind] ?? one.kind), e(one.value ?? words.bytes.replace('{n}', String(one.bytes)))]));
  const addresses = new Map(held.identifiers.map(({ id, value }) => [id, value]));
  const mails = held.mails.map((one) => row([e(words.mailKinds[one.kind] ?? one.kind), time(one.sentAt, locale), e(addresses.get(one.identifier ?? '') ?? '')]));
  const reads = held.reads.map((one) => row([time(one.readAt, locale), e(one.reader), e(one.reason)]));
  const rights = Object.entries(texts.rights ?? {}).map(([, in_]) => `<li><strong>${e(in_?.[locale]?.title ?? '')}.</strong> ${e(in_?.[locale]?.summary ?? '')}</li>`);
  const recipients = Object.entries(texts.recipients ?? {}).map(([, in_]) => `<li>${e(in_?.[locale]?.title ?? '')}</li>`);
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${e(words.title)}</title><style>${STYLES}</style></head>
<body><main><header><h1>${e(words.title)}</h1><p>${e(words.lead)} ${time(held.madeAt, locale)}</p></header>
${section(words.identifiers, words.identifiersLead, orNone(words.identifiers, identifiers, words, [words.kind, words.value]))}
${section(words.devices, words.devicesLead, orNone(words.devices, devices, words, [words.device]))}
${consents(held, words, texts, locale)}
${events(held, words, texts, locale, catalogue)}
${section(words.evidence, words.evidenceLead, orNone(words.evidence, evidence, words, [words.kind, words.value]))}
${section(words.mails, words.mailsLead, orNone(words.mails, mails, words, [words.mail, words.when, words.to]))}
${section(words.reads, words.readsLead, orNone(words.reads, reads, words, [words.when, words.who, words.why]))}
${section(words.recipients, words.recipientsLead, `<ul>${recipients.join('')}</ul>`)}
${section(words.rights, words.rightsLead, `<ul>${rights.join('')}</ul>`)}
</main></body></html>
`;
}
