import { randomUUID } from 'node:crypto';
import { html, type Markup } from '#html';
import type { NoticeName } from '../ledger/ledger-types.js';

export interface SwitchForm {
  purpose: string;
  on: boolean;
  channel?: string;
  partner?: string;
  notice?: NoticeName;
  button: (attributes: Markup) => Markup;
}

const hidden = (name: string, value: string | undefined): Markup | undefined => (value === undefined ? undefined : html`<input type="hidden" name="${name}" value="${value}" />`);

/**
 * A form with one button. It carries the key of the action, so that pressing twice counts once, and the text that the
 * page shows, so that a yes is bound to it. It works without a script.
 */
export const switchForm = ({ purpose, on, channel, partner, notice, button }: SwitchForm): Markup => html`<form method="post" action="/choices" data-choice>
  ${hidden('key', randomUUID())}${hidden('purpose', purpose)}${hidden('channel', channel)}${hidden('partner', partner)}
  ${hidden('noticeVersion', notice?.version)}${hidden('noticeLocale', notice?.locale)}
  ${button(html`type="submit" name="turn" value="${on ? 'off' : 'on'}"`)}
</form>`;
