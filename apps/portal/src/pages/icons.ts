import { html, type Markup } from '#html';
import type { Group } from '../choices/view.js';

const icon = (drawing: Markup): Markup => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${drawing}</svg>`;

/** A small drawing for each group of choices. */
export const GROUP_ICONS: Record<Group, Markup> = {
  consent: icon(html`<path d="M20 11.5V12a8 8 0 1 1-4.7-7.3" /><path d="m8.5 11.5 3 3L20 6" />`),
  interest: icon(html`<path d="M12 4v16M7 20h10M5 7h14" /><path d="M5 7l-2.5 6a2.6 2.6 0 0 0 5 0Zm14 0-2.5 6a2.6 2.6 0 0 0 5 0Z" />`),
  devices: icon(html`<rect x="2.5" y="5" width="13" height="10" rx="1.6" /><path d="M1.5 18.5h11" /><rect x="15" y="9" width="6.5" height="11" rx="1.6" />`),
  told: icon(html`<rect x="5" y="10.5" width="14" height="9.5" rx="2" /><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5" />`),
};

/** The sign of the portal: a switch that somebody has turned on. */
export const sign: Markup = html`<svg class="sign" viewBox="0 0 40 28" aria-hidden="true" focusable="false"><rect class="sign-track" x="1.5" y="1.5" width="37" height="25" rx="12.5" /><circle class="sign-knob" cx="26" cy="14" r="8.5" /><path class="sign-tick" d="m22.4 14.2 2.6 2.6 4.8-5.4" /></svg>`;
