import { html, type Markup } from '#html';
import type { Locale } from '#languages';
import { ownTextsIn } from '../language/own/own-texts.js';
import { countIn, dayIn, fill } from '../language/texts.js';
import type { Erased } from '../ledger/rights-calls.js';
import { keyField } from './fields.js';

const card = (content: Markup): Markup => html`<div class="wrap door"><div class="door-card door-wide">${content}</div></div>`;

function stays(contact: string, locale: Locale): Markup {
  const { erase } = ownTextsIn(locale);
  const [before = '', after = ''] = erase.stayWhy.split('{contact}');
  return html`<h2>${erase.stayTitle}</h2><ul class="plain"><li>${erase.stayProof}</li><li>${erase.stayMark}</li><li>${erase.stayElsewhere}</li></ul><p class="small">${before}<a href="mailto:${contact}">${contact}</a>${after}</p>`;
}

/** The first step: what goes, what stays, and why. Nothing happens yet. */
export function erasurePage(contact: string, locale: Locale, { message, missing }: { message?: string; missing?: boolean } = {}): Markup {
  const { erase, said } = ownTextsIn(locale);
  return card(html`<h1>${erase.title}</h1>${message === undefined ? '' : html`<p class="wrong" role="alert">${message}</p>`}<p class="lead">${erase.words}</p><h2>${erase.goTitle}</h2><p>${erase.go}</p>${stays(contact, locale)}
  <form method="post" action="/rights/erasure" class="wish"><div class="boxes"><label><input type="checkbox" id="sure" name="sure" value="yes" required ${missing ? html`aria-invalid="true" aria-describedby="sure-wrong"` : ''} /> ${erase.sure}</label></div>${missing ? html`<p class="wrong" id="sure-wrong" role="alert">${said.wrong}</p>` : ''}
  <div class="buttons"><button class="button button-bad">${erase.next}</button><a class="button" href="/rights">${erase.back}</a></div></form>`);
}

/** The second step, whose button does it. */
export function lastStepPage(locale: Locale): Markup {
  const { erase } = ownTextsIn(locale);
  return card(html`<h1>${erase.lastTitle}</h1><p class="lead">${erase.lastWords}</p>
  <form method="post" action="/rights/erasure/now" class="buttons">${keyField()}<input type="hidden" name="sure" value="yes" /><button class="button button-bad-full" id="erase-now">${erase.button}</button><a class="button" href="/rights">${erase.never}</a></form>`);
}

/** What was done, as far as is known, to somebody who is nobody here any more. `ended`: the titles of what he could choose, and that held until now. */
export function erasedPage({ erased, kept = [], removed }: Partial<Erased>, ended: string[], contact: string, locale: Locale): Markup {
  const { erase } = ownTextsIn(locale);
  const counted = erased && fill(erase.counted, { addresses: countIn(locale, erased.identifiers, erase.addresses), evidence: countIn(locale, erased.evidence, erase.evidence) });
  const elsewhere = kept.map(({ category, ground, until }) => html`<li>${fill(erase.kept, { category, ground, day: until === undefined ? '–' : dayIn(locale, until) })}</li>`);
  const list = html`<li>${erase.ended}<ul class="plain ended">${ended.map((title) => html`<li>${title}</li>`)}</ul></li>`;
  return card(html`<h1>${erase.doneTitle}</h1><p class="lead" role="status">${erase.doneWords}</p><ul class="plain">${counted === undefined ? '' : html`<li>${counted}</li>`}${ended.length > 0 ? list : ''}${removed ? '' : html`<li>${erase.soon}</li>`}${elsewhere}</ul>${stays(contact, locale)}<p><a class="button" href="/">${erase.home}</a></p>`);
}
