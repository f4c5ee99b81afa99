import { html, type Markup } from '#html';
import type { Locale } from '../language/locale.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { fill } from '../language/texts.js';
import type { Identifier } from '../ledger/rights-calls.js';
import type { Identity } from '../store/sessions.js';
import { keyField, textArea } from './fields.js';

/** Whether somebody is signed in with an identifier. */
export const isOwn = ({ kind, value }: Identifier, identity: Identity): boolean => kind === identity.kind && value === identity.value;

function heldItem(identifier: Identifier, identity: Identity, alone: boolean, locale: Locale): Markup {
  const { correct } = ownTextsIn(locale);
  const { id, kind, value } = identifier;
  const own = isOwn(identifier, identity);
  const remove = html`<form method="post" action="/rights/correction/remove">${keyField()}<input type="hidden" name="identifier" value="${id}" /><button class="button button-small" aria-label="${fill(correct.removeOf, { value })}">${correct.remove}</button></form>`;
  return html`<li><span><span class="small">${correct.kind[kind] ?? kind}</span><strong>${value}</strong>${own ? html`<span class="small">${correct.you}</span>` : ''}</span>${own || alone ? '' : remove}</li>`;
}

const section = (id: string, title: string, words: string | undefined, content: Markup): Markup => html`<section class="panel" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${words === undefined ? '' : html`<p class="panel-words">${words}</p>`}${content}</section>`;

/** What a person is found by, and the ways to put it right. */
export function correctionPage(identifiers: readonly Identifier[], identity: Identity, locale: Locale, message: string): Markup {
  const { correct, nav } = ownTextsIn(locale);
  const held = html`<ul class="held">${identifiers.map((one) => heldItem(one, identity, identifiers.length === 1, locale))}</ul>`;
  const replaced = identifiers.filter(({ kind }) => kind === 'email').map(({ id, value }) => html`<option value="${id}">${value}</option>`);
  const add = html`<form method="post" action="/rights/correction" class="wish">${keyField()}<div class="field field-wide"><label for="email">${correct.field}</label><input id="email" name="email" type="email" autocomplete="email" maxlength="254" required /></div>
    <div class="field"><label for="replaces">${correct.replace}</label><select id="replaces" name="replaces">${replaced}<option value="">${correct.keep}</option></select></div><button class="button button-accent">${correct.add}</button></form>`;
  const other = html`<form method="post" action="/rights/correction/words" class="wish">${keyField()}${textArea('wrong-words', correct.otherField, true)}<button class="button button-accent">${correct.send}</button></form>`;
  return html`<div class="wrap rights rights-one"><p><a href="/rights">${nav.rights}</a></p><h1>${correct.title}</h1><p class="message" role="status">${message}</p>
  ${section('held', correct.held, undefined, held)}${section('add', correct.addTitle, correct.addWords, add)}${section('other', correct.otherTitle, correct.otherWords, other)}</div>`;
}

/** Asks somebody who has signed in with the new address whether it is to be added. */
export function provePage(email: string, locale: Locale): Markup {
  const { correct } = ownTextsIn(locale);
  return html`<div class="wrap door"><div class="door-card"><h1>${correct.proveTitle}</h1><p class="lead">${fill(correct.proveWords, { value: email })}</p>
  <form method="post" action="/rights/correction/finish" class="buttons">${keyField()}<button class="button button-accent" name="answer" value="yes">${correct.prove}</button><button class="button" name="answer" value="no">${correct.cancel}</button></form></div></div>`;
}
