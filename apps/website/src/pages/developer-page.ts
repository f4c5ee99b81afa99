import type { WebsiteConfig } from '../config/read-config.js';
import { html, type Markup } from './html.js';

const part = (title: string, words: string, code: string): Markup => html`<section class="recipe"><div><h2>${title}</h2><p>${words}</p></div><pre tabindex="0" aria-label="Kod: ${title}"><code>${code}</code></pre></section>`;

const script = (api: string, key: string): string => `<script src="${api}/samtycke.js" data-site-key="${key}"></script>`;

const subscribe = (api: string, key: string): string => `<samtycke-subscribe purpose="newsletter" point="site-footer">
  <!-- utan JavaScript: leder till texten först, sedan till mejlet -->
  <form method="post" action="${api}/s/${key}/newsletter">
    <label>E-post <input name="email" type="email"></label>
    <button>Anmäl mig</button>
  </form>
</samtycke-subscribe>`;

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

const open = `<button data-samtycke="open">Cookieinställningar</button>
<script>samtycke.withdraw('statistics')</script>`;

/** Shows a builder how each thing on this site is done, and what this browser holds right now. */
export const developerPage = ({ apiUrl, analyticsUrl, siteKey }: WebsiteConfig): Markup => html`<div class="wrap section page-head"><p class="eyebrow">För utvecklare</p><h1>Så är den här sajten byggd</h1>
  <p class="lead">Inga ramverk, inga skript från andra. Fem korta recept, och en ruta som visar vad just din webbläsare minns.</p>
  <p class="actions"><a class="button button-accent" href="${apiUrl}/docs">API:et</a><a class="button button-line" href="${apiUrl}/openapi.json">OpenAPI 3.1</a></p></div>
<div class="wrap developer">
  <section class="browser-now" aria-labelledby="now-title"><h2 id="now-title">Din webbläsare just nu</h2>
    <dl><div><dt>Kakval</dt><dd data-browser="choices"></dd></div><div><dt>Enhetens id</dt><dd data-browser="device"></dd></div><div><dt>Utkorg</dt><dd data-browser="outbox"></dd></div></dl>
    <p><button type="button" class="button button-line" data-samtycke="open">Öppna cookieinställningarna</button></p></section>
  ${part('Frågan om kakor', 'En rad. Skriptet frågar på besökarens språk, binder svaret till texten som visades och sparar det i liggaren. Ett nej ger inget id.', script(apiUrl, siteKey))}
  ${part('Anmälan till nyhetsbrev', 'Ett element. Svaret är detsamma för kända och okända adresser; en länk i mejlet bekräftar.', subscribe(apiUrl, siteKey))}
  ${part('Sidvisningar', 'Skickas bara när statistik är vald och liggaren vet det. Statistiksystemet frågar dessutom sin egen kopia av liggaren innan något sparas.', views(analyticsUrl))}
  ${part('Skript och filmer som väntar', 'De körs först efter sitt ja och slutar med det; kakorna som de satte tas bort.', held)}
  ${part('Ett nej i efterhand', 'Lika lätt som ett ja, och det får aldrig fastna på vägen.', open)}
</div>`;
