import { html, type Markup } from '#html';
import type { ChoiceField, Field, FilesField, TextField } from '../forms/form.js';
import type { Typed } from '../forms/read-form.js';

export interface FieldState {
  now: Date;
  typed: Typed;
  fault: string | undefined;
  /** The first that is wrong takes the focus. */
  first: boolean;
}

const said = (id: string, { hint }: Field, { fault }: FieldState): Markup => html`${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : ''}${fault ? html`<p class="fault" id="${id}-fault">${fault}</p>` : ''}`;

function described(id: string, { hint }: Field, { fault, first }: FieldState): Markup {
  const ids = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  return html`${ids ? html` aria-describedby="${ids}"` : ''}${fault ? html` aria-invalid="true"` : ''}${first ? html` autofocus` : ''}`;
}

const labelOf = ({ label, missing }: Field): Markup => html`${label}${missing ? '' : html` <span>(frivilligt)</span>`}`;
const demanded = ({ missing }: Field): Markup | false => missing !== undefined && html` required`;

function textField(id: string, field: TextField, state: FieldState): Markup {
  const value = state.typed.values[field.name] ?? '';
  const more = html`${field.autocomplete ? html` autocomplete="${field.autocomplete}"` : ''}${demanded(field)}${described(id, field, state)}`;
  const control = field.kind === 'long'
    ? html`<textarea id="${id}" name="${field.name}" rows="5" maxlength="${field.most}"${more}>${value && html`
${value}`}</textarea>`
    : html`<input id="${id}" name="${field.name}" type="${field.kind}" maxlength="${field.most}" value="${value}"${more} />`;
  return html`
  <div class="field"><label for="${id}">${labelOf(field)}</label>${said(id, field, state)}${control}</div>`;
}

function selectField(id: string, field: ChoiceField, state: FieldState): Markup {
  const chosen = state.typed.values[field.name];
  return html`
  <div class="field"><label for="${id}">${labelOf(field)}</label>${said(id, field, state)}
    <select id="${id}" name="${field.name}"${demanded(field)}${described(id, field, state)}><option value="">Välj</option>${field.options(state.now).map(({ value, label }) => html`<option value="${value}"${value === chosen ? html` selected` : ''}>${label}</option>`)}</select></div>`;
}

function radioField(id: string, field: ChoiceField, state: FieldState): Markup {
  const chosen = state.typed.values[field.name];
  return html`
  <fieldset class="field"${state.fault ? html` aria-describedby="${id}-fault"` : ''}><legend>${labelOf(field)}</legend>${said(id, field, state)}${field.options(state.now).map(({ value, label }, at) => html`
    <div class="choice"><input type="radio" id="${id}-${at}" name="${field.name}" value="${value}"${value === chosen ? html` checked` : ''} required${at === 0 && state.first ? html` autofocus` : ''} /><label for="${id}-${at}">${label}</label></div>`)}</fieldset>`;
}

const filesField = (id: string, field: FilesField, state: FieldState): Markup => html`
  <div class="field"><label for="${id}">${labelOf(field)}</label>${said(id, field, state)}<input type="file" id="${id}" name="${field.name}" multiple accept="image/jpeg,image/png,application/pdf"${described(id, field, state)} />
    <div class="choice"><input type="checkbox" id="${id}-confirmed" name="confirmed" value="yes" ${state.typed.confirmed ? html`checked` : ''} /><label for="${id}-confirmed">${field.confirm}</label></div></div>`;

/** One field with its label, its hint, and what is wrong with it. */
export function drawField(form: string, field: Field, state: FieldState): Markup {
  const id = `${form}-${field.name}`;
  if (field.kind === 'files') return filesField(id, field, state);
  if (!('options' in field)) return textField(id, field, state);
  return field.kind === 'select' ? selectField(id, field, state) : radioField(id, field, state);
}
