import { html, type Markup } from '#html';
import type { Locale } from '#languages';
import { ownTextsIn } from '../language/own/own-texts.js';
import { fill } from '../language/texts.js';
import type { Identifier } from '../ledger/rights-calls.js';
import { wordsIn } from '../sign-in/language/words.js';
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
export function correctionPage(identifiers: readonly Identifier[], identity: Identity, locale: Locale, { message, mails }: { message: string; mails: boolean }): Markup {
  const { correct, nav } = ownTextsIn(locale);
  const held = html`<ul class="held">${identifiers.map((one) => heldItem(one, identity, identifiers.length === 1, locale))}</ul>`;
  const replaced = identifiers.filter(({ kind }) => kind === 'email').map(({ id, value }) => html`<option value="${id}">${value}</option>`);
  const add = !mails ? html`<p>${correct.byWords}</p>` : html`<form method="post" action="/rights/correction" class="wish">${keyField()}<div class="field field-wide"><label for="email">${correct.field}</label><input id="email" name="email" type="email" autocomplete="email" maxlength="254" required /></div>
    <div class="field"><label for="replaces">${correct.replace}</label><select id="replaces" name="replaces"><option value="">${correct.keep}</option>${replaced}</select></div><button class="button button-accent">${correct.add}</button></form>`;
  const other = html`<form method="post" action="/rights/correction/words" class="wish">${keyField()}${textArea('wrong-words', correct.otherField, true)}<button class="button button-accent">${correct.send}</button></form>`;
  return html`<div class="wrap rights rights-one"><p><a href="/rights">${nav.rights}</a></p><h1>${correct.title}</h1><p class="message" role="status">${message}</p>
  ${section('held', correct.held, undefined, held)}${section('add', correct.addTitle, mails ? correct.addWords : undefined, add)}${section('other', correct.otherTitle, correct.otherWords, other)}</div>`;
}

/** Where the mail went, and the code for another browser. */
export function sentPage({ email, code }: { email: string; code: string }, folder: string | undefined, locale: Locale): Markup {
  const { correct } = ownTextsIn(locale);
  const where = folder && html`<div class="development" role="note"><p>${fill(wordsIn(locale).sent.folder, { folder })}</p></div>`;
  return html`<div class="wrap door"><div class="door-card"><h1>${correct.sentTitle}</h1><p class="lead">${fill(correct.sentWords, { value: email })}</p>
  <p>${correct.sentCode}</p><p><output class="code">${code.slice(0, 3)} ${code.slice(3)}</output></p>${where}<p><a href="/rights/correction">${correct.sentAgain}</a></p></div></div>`;
}

/** Asks whoever came by the mailed link whether the address is to be added; elsewhere than in the browser that asked with the code from there. */
export function provePage({ email, replaces, path, withCode, isWrong }: { email: string; replaces: boolean; path: string; withCode: boolean; isWrong: boolean }, locale: Locale): Markup {
  const { correct } = ownTextsIn(locale);
  const wrong = isWrong ? html`<p class="wrong" id="code-wrong" role="alert">${correct.codeWrong}</p>` : '';
  const code = html`<div class="field"><label for="code">${correct.code}</label><input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="11" aria-describedby="code-hint${isWrong ? ' code-wrong' : ''}" ${isWrong ? html`aria-invalid="true"` : ''} /><p class="small" id="code-hint">${correct.codeHint}</p>${wrong}</div>`;
  return html`<div class="wrap door"><div class="door-card"><h1>${correct.proveTitle}</h1><p class="lead">${fill(correct.proveWords, { value: email })}</p>${replaces ? html`<p>${correct.proveReplaces}</p>` : ''}
  <form method="post" action="${path}" class="door-mail">${withCode ? code : ''}<div class="buttons"><button class="button button-accent" name="answer" value="yes">${correct.prove}</button><button class="button" name="answer" value="no">${withCode ? correct.notMe : correct.cancel}</button></div></form></div></div>`;
}
