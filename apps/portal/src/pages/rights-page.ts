import { html, type Markup } from '#html';
import type { Locale } from '#languages';
import { ownTextsIn } from '../language/own/own-texts.js';
import { dayIn, fill, textsIn } from '../language/texts.js';
import type { Words } from '../ledger/words.js';
import { GROUNDS } from '../rights/read-form.js';
import type { RightsView } from '../rights/read-rights.js';
import { keyField, textArea } from './fields.js';
import { requestsList } from './requests-list.js';

type Contacts = Pick<Words, 'authorities' | 'contact'>;

const panel = (id: string, title: string, words: string, content: Markup): Markup => html`<section class="panel" aria-labelledby="${id}"><h2 id="${id}">${title}</h2><p class="panel-words">${words}</p>${content}</section>`;

function download(locale: Locale): Markup {
  const { download: words } = ownTextsIn(locale);
  return panel('download', words.title, words.words, html`<form method="post" action="/rights/download" class="buttons">${keyField()}<button class="button button-accent" name="form" value="json">${words.file}</button><button class="button" name="form" value="page">${words.page}</button></form>`);
}

function restrict(since: string | undefined, locale: Locale): Markup {
  const { restrict: words } = ownTextsIn(locale);
  if (since !== undefined) return panel('restrict', words.title, fill(words.since, { day: dayIn(locale, since) }), html`<form method="post" action="/rights/lift" class="buttons">${keyField()}<button class="button button-accent" aria-describedby="lift-words">${words.lift}</button></form><p class="small" id="lift-words">${words.liftWords}</p>`);
  const grounds = GROUNDS.map((ground) => html`<label><input type="radio" name="ground" value="${ground}" id="ground-${ground}" required /> ${words.grounds[ground]}</label>`);
  return panel('restrict', words.title, words.words, html`<details class="wishes" id="restrict-form"><summary>${words.button}</summary><form method="post" action="/rights/restrict" class="wish">${keyField()}<fieldset><legend>${words.field}</legend><div class="boxes boxes-long">${grounds}</div></fieldset>${textArea('restrict-text', words.text, false)}<button class="button button-accent">${words.button}</button></form></details>`);
}

/** The members of the European Data Protection Board: whoever lives elsewhere may complain where he lives (GDPR 77). */
const AUTHORITIES = 'https://www.edpb.europa.eu/about-edpb/about-edpb/members_en';

function authorities(contacts: Contacts, locale: Locale): Markup {
  const { complain } = ownTextsIn(locale);
  const links = contacts.authorities().map(({ name, website, country }) => html`<li><a href="${website}" rel="noreferrer">${name}</a> <span class="small">${regionIn(locale, country)}</span></li>`);
  const others = html`<li><a href="${AUTHORITIES}" rel="noreferrer">${complain.others}</a></li>`;
  return html`<h3>${complain.authorities}</h3><p class="small">${complain.authorityWords}</p><ul class="authorities">${links}${others}</ul>`;
}

const regionIn = (locale: Locale, country: string): string => new Intl.DisplayNames([locale], { type: 'region' }).of(country) ?? country;

function complain(contacts: Contacts, locale: Locale): Markup {
  const { complain: words } = ownTextsIn(locale);
  const countries = contacts.authorities().map(({ country }) => html`<option value="${country}">${regionIn(locale, country)}</option>`);
  const form = html`<details class="wishes" id="complain-form"><summary>${words.title}</summary><form method="post" action="/rights/complaint" class="wish">${keyField()}${textArea('complaint', words.field, true)}
    <div class="field"><label for="country">${words.country}</label><select id="country" name="country"><option value="">${words.anyCountry}</option>${countries}<option value="">${words.elsewhere}</option></select></div><button class="button button-accent">${words.button}</button></form></details>`;
  const company = words.company.split('{contact}');
  return panel('complain', words.title, words.words, html`${form}<p class="small">${company[0] ?? ''}<a href="mailto:${contacts.contact()}">${contacts.contact()}</a>${company[1] ?? ''}</p>${authorities(contacts, locale)}`);
}

const link = (id: string, words: { title: string; words: string; link: string }, href: string, kind = ''): Markup => panel(id, words.title, words.words, html`<p><a class="button ${kind}" href="${href}">${words.link}</a></p>`);

/** The part of the page that is fetched again when something changed. */
export function rightsView(view: RightsView, contacts: Contacts, locale: Locale): Markup {
  const { page, object, correct, erase } = ownTextsIn(locale);
  const { trouble } = textsIn(locale);
  if (view.kind === 'silent') return html`<div class="trouble trouble-alone" role="status" data-again data-part="silent" data-rev="silent"><h2>${trouble.silentTitle}</h2><p>${trouble.silentWords}</p><p><a class="button" href="/rights">${trouble.again}</a></p></div>`;
  if (view.kind === 'ambiguous') return html`<div class="trouble trouble-alone" role="status" data-part="ambiguous" data-rev="ambiguous"><h2>${trouble.ambiguousTitle}</h2><p>${trouble.ambiguousWords}</p></div>`;
  if (view.kind !== 'known') return html`<div class="panel" data-part="unknown" data-rev="unknown"><p>${page.notKnown}</p>${authorities(contacts, locale)}</div>`;
  const { asked, restrictedSince } = view;
  return html`${requestsList(asked, locale)}
  <div class="panels"><div class="panel-column">${download(locale)}
      <div data-part="restriction" data-rev="${restrictedSince ?? 'none'}.${locale}">${restrict(restrictedSince, locale)}</div>${complain(contacts, locale)}</div>
    <div class="panel-column">${link('correct', correct, '/rights/correction')}${link('object', object, '/#group-interest')}${link('erase', erase, '/rights/erasure', 'button-bad')}</div></div>`;
}

/** Everything below the header. */
export function rightsPage(view: Markup, locale: Locale, message: string): Markup {
  const { page, requests } = ownTextsIn(locale);
  const { intro } = textsIn(locale);
  return html`<div class="intro intro-low"><div class="wrap"><h1>${page.title}</h1><p class="lead">${page.lead}</p><p class="live" id="live" data-live="${intro.live}" data-offline="${intro.offline}" hidden></p></div></div>
  <div class="wrap"><p id="message" class="message" role="status" aria-live="polite" data-changed="${requests.changed}">${message}</p><div id="view" class="rights" data-from="/rights/view">${view}</div></div>`;
}
