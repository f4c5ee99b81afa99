import { html, type Markup } from '#html';
import type { SiteForm } from '../forms/form.js';
import type { SitePurpose } from '../notices/site-notices.js';

const line = ({ id, title }: SitePurpose): Markup => html`<li><strong>${title}</strong> ${id === 'newsletter' ? 'Kolla din mejl: där bekräftar du. Först då börjar det gälla.' : 'Ditt ja är på väg till liggaren.'}</li>`;

/** After a form was taken. `yes`: what was ticked beside it. */
export const thanksPage = ({ thanks }: SiteForm, yes: SitePurpose[], portalUrl: string): Markup => html`<div class="wrap section page-head plain"><p class="eyebrow">Mottaget</p><h1>${thanks.title}</h1>
  <p class="lead">${thanks.text}</p>
  ${yes.length > 0 ? html`<div class="ticked"><h2>Du sa också ja till</h2><ul class="points">${yes.map(line)}</ul><p class="small">Du ser och ändrar dina val i <a href="${portalUrl}/" data-samtycke="portal">Mina val</a>.</p></div>` : ''}
  <p class="actions"><a class="button button-accent" href="/">Till startsidan</a></p></div>`;
