import { html, type Markup } from '#html';
import type { Field, SiteForm } from '../forms/form.js';
import type { Typed } from '../forms/read-form.js';
import type { SiteNotice, SitePurpose } from '../notices/site-notices.js';
import { drawField } from './fields.js';

/** One form on its page: what stands in it, and what was wrong with it when it came back. */
export interface FormView {
  form: SiteForm;
  notice: SiteNotice | undefined;
  /** The short notice at the field. */
  field: string;
  purposes: SitePurpose[];
  portalUrl: string;
  now: Date;
  /** A random id of this page. */
  id: string;
  typed?: Typed;
  faults?: Record<string, string>;
  /** Why it could not be taken although nothing in it is wrong. */
  trouble?: string;
}

const EMPTY: Typed = { values: {}, yes: [], confirmed: false };

const anchorOf = (form: SiteForm, { kind, name }: Field): string => `#${form.id}-${name}${kind === 'radio' ? '-0' : ''}`;

function faultList({ form, faults = {} }: FormView): Markup | false {
  const wrong = form.fields.filter(({ name }) => faults[name]);
  return wrong.length > 0 && html`<div class="form-faults" role="alert" tabindex="-1" id="${form.id}-faults"><h3>Något behöver rättas</h3>
    <ul>${wrong.map((field) => html`<li><a href="${anchorOf(form, field)}">${field.label.replace(/[?:]$/, '')}: ${faults[field.name]}</a></li>`)}</ul></div>`;
}

const choice = (form: SiteForm, { id, title, summary }: SitePurpose, yes: string[]): Markup => html`
    <div class="choice"><input type="checkbox" id="${form.id}-${id}" name="yes" value="${id}" ${yes.includes(id) ? html`checked` : ''} aria-describedby="${form.id}-${id}-what" />
      <label for="${form.id}-${id}">${title}</label><p id="${form.id}-${id}-what">${summary}</p></div>`;

function choices({ form, purposes, typed = EMPTY }: FormView): Markup | false {
  const offered = form.choices.flatMap((id) => purposes.filter((purpose) => purpose.id === id && purpose.choice === 'grant-withdraw'));
  return offered.length > 0 && html`
  <fieldset class="choices"><legend>Vill du också? <span>(frivilligt)</span></legend>
    <p class="small">Kryssa bara för det du vill ha. Ärendet påverkas inte, och du kan ändra dig när du vill.${form.choices.includes('newsletter') ? ' Nyhetsbrevet börjar när du har bekräftat i ett mejl.' : ''}</p>${offered.map((purpose) => choice(form, purpose, typed.yes))}
  </fieldset>`;
}

const hidden = (name: string, value: string): Markup => html`<input type="hidden" name="${name}" value="${value}" />`;

/** The form itself: the lines that a builder copies. It works without JavaScript, and is checked by the server alone, so that every message is in one language. */
export function drawForm(view: FormView): Markup {
  const { form, notice, field, id, now, typed = EMPTY, faults = {} } = view;
  const files = form.fields.some(({ kind }) => kind === 'files');
  return html`<form class="form" id="${form.id}-form" method="post" action="${form.path}" ${files ? html`enctype="multipart/form-data"` : ''} aria-labelledby="${form.id}-title" novalidate>${form.fields.map((one, at) => drawField(form.id, one, { now, typed, fault: faults[one.name], first: at === form.fields.findIndex(({ name }) => faults[name]) }))}
  <p class="small form-notice">${field} ${form.kept} <a href="/information/${form.context}">Läs hela informationen</a></p>${choices(view)}
  ${hidden('id', id)}${notice ? hidden('notice-version', notice.version) : ''}${notice?.snapshot ? hidden('notice-snapshot', notice.snapshot) : ''}
  <button type="submit" class="button button-accent">${form.send}</button>
</form>`;
}

const basisIn = (basis: string): string => basis.replace(/^eu-gdpr:A(\d+)-(\d+)-([a-f])$/, 'GDPR $1.$2 $3');

const group = (title: string, words: Markup | string, purposes: SitePurpose[]): Markup | false =>
  purposes.length > 0 && html`<h3>${title}</h3><p class="small">${words}</p><ul>${purposes.map(({ title: name, summary, basis }) => html`<li><strong>${name}</strong> <span class="basis">${basisIn(basis)}</span><br />${summary}</li>`)}</ul>`;

/** What the context's purposes are, and what one can do about each. */
export function purposeList({ purposes, portalUrl }: Pick<FormView, 'purposes' | 'portalUrl'>): Markup {
  const of = (choice: SitePurpose['choice']): SitePurpose[] => purposes.filter((purpose) => purpose.choice === choice);
  return html`<details class="purposes"><summary>Vad uppgifterna används till</summary>
  ${group('Det här hör till', 'Det följer av ditt ärende eller av lag, och går inte att välja bort.', of('told'))}
  ${group('Det här gör vi tills du invänder', html`Du invänder i <a href="${portalUrl}/" data-samtycke="portal">Mina val</a> eller genom att höra av dig.`, of('object-lift'))}
  ${group('Det här gör vi bara om du säger ja', 'Ingenting av det är förkryssat någonstans.', of('grant-withdraw'))}</details>`;
}

/** The form with everything around it. */
export const formSection = (view: FormView, how: Markup): Markup => html`<section class="form-section" id="${view.form.id}" aria-labelledby="${view.form.id}-title">
  <h2 id="${view.form.id}-title">${view.form.title}</h2>
  ${view.trouble ? html`<p class="form-faults" role="alert">${view.trouble}</p>` : ''}${faultList(view)}
  ${drawForm(view)}
  ${purposeList(view)}
  ${how}</section>`;
