import { escapeHtml as e } from '#html';
import type { Locale } from '#languages';
import type { CatalogueInForce } from '#ledger';
import type { Held } from './export.js';
import { day, happened, moment, purposeOf, readerOf, readingOf, shownText, titleIn, titlesIn, tongueOf, valueOf, who, whyOf, wishesOf, type Tongue } from './held-named.js';

const row = (cells: string[]): string => `<tr>${cells.map((cell, at) => (at === 0 ? `<th scope="row">${cell}</th>` : `<td>${cell}</td>`)).join('')}</tr>`;
const table = (title: string, heads: string[], rows: string[]): string =>
  `<div class="wide" role="region" tabindex="0" aria-label="${e(title)}"><table><thead><tr>${heads.map((head) => `<th scope="col">${e(head)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
const section = (title: string, lead: string, content: string): string => `<section><h2>${e(title)}</h2><p>${e(lead)}</p>${content}</section>`;
const orNone = (title: string, rows: string[], none: string, heads: string[]): string => (rows.length > 0 ? table(title, heads, rows) : `<p class="none">${e(none)}</p>`);
const list = (lines: string[]): string => lines.map(e).join('<br>');

/** What stands above every choice, a line each. */
function whole(tongue: Tongue, { restrictedSince, suppressed, suppressedChannels, pausedUntil }: NonNullable<Held['whole']>): string {
  const { words } = tongue;
  const lines = [
    ...(restrictedSince === undefined ? [] : [day(tongue, words.wholeRestricted, restrictedSince)]),
    ...(suppressed ? [words.wholeSilenced] : []),
    ...(pausedUntil === undefined ? [] : [day(tongue, words.wholePaused, pausedUntil)]),
    ...(suppressedChannels ? [words.wholeChannels.replace('{channels}', () => titlesIn(tongue, 'channels', suppressedChannels))] : []),
  ];
  return `<ul class="above">${lines.map((line) => `<li>${e(line)}</li>`).join('')}</ul>`;
}

/** What was chosen, where something else stands above it. */
function chosenOf(tongue: Tongue, { chosen }: Held['consents'][number]): string[] {
  if (!chosen) return [];
  const { words } = tongue;
  return [words.chosen.replace('{choice}', () => [words.statuses[chosen.status] ?? chosen.status, ...wishesOf(tongue, chosen)].join('; '))];
}

function consents(held: Held, tongue: Tongue): string {
  const { words } = tongue;
  const rows = held.consents.map((one) => {
    const lines = [...wishesOf(tongue, one), ...(one.allowed && one.validUntil ? [day(tongue, words.until, one.validUntil)] : []), ...chosenOf(tongue, one)];
    return row([e(titleIn(tongue, 'purposes', one.purpose)), one.allowed ? e(words.yes) : e(words.no), e(words.statuses[one.status] ?? one.status), list(lines), e(words.bases[one.basis] ?? one.basis), moment(tongue, one.since)]);
  });
  const heads = [words.purpose, words.allowed, words.state, words.choices, words.basis, words.since];
  return section(words.purposes, words.purposesLead, `${held.whole ? whole(tongue, held.whole) : ''}${table(words.purposes, heads, rows)}`);
}

function events(held: Held, tongue: Tongue): string {
  const { words } = tongue;
  const rows = held.events.map((event) => row([moment(tongue, event.occurredAt), e(purposeOf(tongue, event)), e(happened(tongue, event)), event.notice ? shownText(tongue, event.notice) : '', e(who(tongue, event))]));
  return section(words.history, words.historyLead, orNone(words.history, rows, words.none, [words.when, words.purpose, words.what, words.text, words.who]));
}

function evidence(held: Held, tongue: Tongue): string {
  const { words } = tongue;
  const of = new Map(held.events.map((event) => [event.event, event]));
  const rows = held.evidence.map((one) => {
    const event = of.get(one.event);
    return row([moment(tongue, event?.occurredAt), e(event ? `${purposeOf(tongue, event)}: ${happened(tongue, event)}` : ''), e(words.evidenceKinds[one.kind.replace(/-\d+$/, '')] ?? one.kind), valueOf(tongue, one)]);
  });
  return section(words.evidence, words.evidenceLead, orNone(words.evidence, rows, words.none, [words.when, words.belongs, words.kind, words.value]));
}

const STYLES = `:root{color-scheme:light dark;--ground:#f4f6f5;--card:#fff;--ink:#17211d;--soft:#4d5b55;--accent:#0b6b50;--line:#d5ddd9}
@media (prefers-color-scheme:dark){:root{--ground:#101614;--card:#18211d;--ink:#edf3f0;--soft:#a9b8b1;--accent:#5fd3ac;--line:#2c3a34}}
*{box-sizing:border-box}body{margin:0;padding:2rem 1rem 4rem;background:var(--ground);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:68rem;margin:0 auto}header{margin-bottom:2rem}h1{margin:0 0 .5rem;font-size:1.9rem;line-height:1.2;text-wrap:balance}h2{margin:0 0 .25rem;font-size:1.2rem}
section{margin:0 0 1.25rem;padding:1.5rem;background:var(--card);border:1px solid var(--line);border-radius:.9rem}p{margin:0 0 1rem;color:var(--soft);max-width:44rem}
.wide{overflow-x:auto}table{width:100%;border-collapse:collapse;font-size:.9375rem}th,td{padding:.5rem .75rem .5rem 0;text-align:left;vertical-align:top;border-top:1px solid var(--line);overflow-wrap:anywhere}td{min-width:4.5rem}
thead th{border-top:0;color:var(--soft);font-weight:600;white-space:nowrap}tbody th{min-width:5rem;font-weight:600;overflow-wrap:break-word}.none{margin:0;font-style:italic}ul{margin:0;padding-left:1.1rem}li{margin:.25rem 0}.above{margin-bottom:1rem;font-weight:600}
@media print{body{background:#fff;padding:0}section{border:0;padding:0 0 1rem;break-inside:avoid}}`;

/** The readable page of what is held on a person (GDPR 12(1), 15): one file, no script, nothing from elsewhere. */
export function renderHeld(held: Held, locale: Locale, catalogue: CatalogueInForce): string {
  const tongue = tongueOf(locale, catalogue);
  const { words, texts } = tongue;
  const identifiers = held.identifiers.map((one) => row([e(words.kinds[one.kind] ?? one.kind), e(one.value)]));
  const devices = held.devices.map((one) => row([e(one)]));
  const addresses = new Map(held.identifiers.map(({ id, value }) => [id, value]));
  const mails = held.mails.map((one) => row([e(words.mailKinds[one.kind] ?? one.kind), moment(tongue, one.sentAt), e(addresses.get(one.identifier ?? '') ?? '')]));
  const reads = held.reads.map((one) => row([moment(tongue, one.readAt), e(readerOf(tongue, one.reader)), e(readingOf(tongue, one.what)), e(whyOf(tongue, one.reason))]));
  const rights = Object.entries(texts.rights ?? {}).map(([, in_]) => `<li><strong>${e(in_?.[locale]?.title ?? '')}.</strong> ${e(in_?.[locale]?.summary ?? '')}</li>`);
  const recipients = Object.entries(texts.recipients ?? {}).map(([, in_]) => `<li>${e(in_?.[locale]?.title ?? '')}</li>`);
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><meta name="generator" content="Samtycke"><title>${e(words.title)}</title><style>${STYLES}</style></head>
<body><main><header><h1>${e(words.title)}</h1><p>${e(words.lead)} ${moment(tongue, held.madeAt)}</p></header>
${section(words.identifiers, words.identifiersLead, orNone(words.identifiers, identifiers, words.none, [words.kind, words.value]))}
${section(words.devices, words.devicesLead, orNone(words.devices, devices, words.none, [words.device]))}
${consents(held, tongue)}
${events(held, tongue)}
${evidence(held, tongue)}
${section(words.mails, words.mailsLead, orNone(words.mails, mails, words.none, [words.mail, words.when, words.to]))}
${section(words.reads, words.readsLead, orNone(words.reads, reads, words.none, [words.when, words.who, words.read, words.why]))}
${section(words.recipients, words.recipientsLead, `<ul>${recipients.join('')}</ul>`)}
${section(words.rights, words.rightsLead, `<ul>${rights.join('')}</ul>`)}
</main></body></html>
`;
}
