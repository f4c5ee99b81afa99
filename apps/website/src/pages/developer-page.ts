import { html, type Markup } from '#html';
import type { SiteForm } from '../forms/form.js';
import type { PageFrame } from './frame.js';
import { codeBlock } from './how-done.js';
import { ledgerScript } from './layout.js';
import { newsletterForm } from './newsletter-form.js';

const part = (title: string, words: string, code: string): Markup => html`<section class="recipe"><div><h2>${title}</h2><p>${words}</p></div>${codeBlock(title, code)}</section>`;

const views = (analytics: string): string => `samtycke.on(({ recorded }) => {
  if (!recorded || !samtycke.may('statistics')) return;
  fetch('${analytics}/collect', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ device: samtycke.device.device, path: location.pathname, title: document.title }),
    keepalive: true,
  });
});`;

const held = `<script type="text/plain" data-purpose="statistics" data-cookies="_pk_*" src="/mätning.js"></script>
<iframe data-purpose="statistics" data-src="https://…" title="En film"></iframe>`;

const open = `<button data-samtycke="open">Kakinställningar</button>
<script>samtycke.withdraw('statistics')</script>`;

const formPart = ({ form, how }: FormLines): Markup => html`<section class="recipe"><div><h2>${form.title}</h2><p>Formuläret på <a href="${form.path}">${form.path}</a>: dess egna rader, och anropet för det som kryssas i.</p></div>${how}</section>`;

/** A form of the site with the fold-out that shows its lines. */
export interface FormLines {
  form: SiteForm;
  how: Markup;
}

/** Shows a builder how each thing on this site is done, in the lines that its pages are made of, and what this browser holds right now. */
export function developerPage(frame: PageFrame, forms: FormLines[], toPortal: Markup): Markup {
  const { apiUrl, analyticsUrl } = frame.config;
  return html`<div class="wrap section page-head"><p class="eyebrow">För utvecklare</p><h1>Så är den här sajten byggd</h1>
  <p class="lead">Inga ramverk, inga skript från andra. Varje rad här är den som sidorna själva är gjorda av, och en ruta visar vad just din webbläsare minns.</p>
  <p class="actions"><a class="button button-accent" href="${apiUrl}/docs">API:et</a><a class="button button-line" href="${apiUrl}/openapi.json">OpenAPI 3.1</a></p></div>
<div class="wrap developer">
  <section class="browser-now" aria-labelledby="now-title"><h2 id="now-title">Din webbläsare just nu</h2>
    <dl><div><dt>Kakval</dt><dd data-browser="choices"></dd></div><div><dt>Enhetens id</dt><dd data-browser="device"></dd></div><div><dt>Utkorg</dt><dd data-browser="outbox"></dd></div></dl>
    <p><button type="button" class="button button-line" data-samtycke="open">Öppna kakinställningarna</button></p></section>
  ${part('Frågan om kakor', 'En rad. Skriptet frågar på besökarens språk, binder svaret till texten som visades och sparar det i liggaren. Ett nej ger inget id.', ledgerScript(frame).markup)}
  ${part('Anmälan till nyhetsbrev', 'Ett element, och i det ett formulär för den som inte kör skript. Svaret är detsamma för kända och okända adresser; en länk i mejlet bekräftar.', newsletterForm(frame).markup)}
  ${forms.map(formPart)}
  ${part('Vägen till kundportalen', 'En vanlig länk, med sin korta text vid sig. Portalen frågar liggaren, och den som loggar in ser och ändrar allt.', toPortal.markup)}
  ${part('Sidvisningar', 'Skickas bara när statistik är vald och liggaren vet det. Statistiksystemet frågar dessutom sin egen kopia av liggaren innan något sparas.', views(analyticsUrl))}
  ${part('Skript och filmer som väntar', 'De körs först efter sitt ja och slutar med det; kakorna som de satte tas bort.', held)}
  ${part('Ett nej i efterhand', 'Lika lätt som ett ja, och det får aldrig fastna på vägen.', open)}
</div>`;
}
