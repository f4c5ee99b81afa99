import { randomUUID } from 'node:crypto';
import { html, type Markup } from '#html';

/** The key of an action: pressing twice counts once. */
export const keyField = (): Markup => html`<input type="hidden" name="key" value="${randomUUID()}" />`;

export const textArea = (id: string, label: string, required: boolean): Markup =>
  html`<div class="field field-wide"><label for="${id}">${label}</label><textarea id="${id}" name="text" rows="4" maxlength="4000" ${required ? html`required` : ''}></textarea></div>`;
