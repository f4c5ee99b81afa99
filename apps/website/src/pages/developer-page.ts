import type { WebsiteConfig } from '../config/read-config.js';
import { html, type Markup } from './html.js';

const part = (title: string, words: string, code: string): Markup => html`<section class="recipe"><div><h2>${title}</h2><p>${words}</p></div><pre tabindex="0" aria-label="Kod: ${title}"><code>${code}</code></pre></section>`;

const newsletter = (api: string): string => `await fetch('${api}/v1/consents', {
  method: 'POST',
  headers: {
    authorization: 'Bearer ' + siteKey,
    'content-type': 'application/json',
    'idempotency-key': key,        // samma nyckel vid varje nytt försök
  },
  body: JSON.stringify({
    subject: { email },
    decisions: [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }],
    notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' },
    capture: { context: 'newsletter-signup', method: 'form', point: 'site-footer' },
    occurredAt: new Date().toISOString(),
  }),
});   // alltid 202, vem adressen än tillhör`;

const device = (api: string): string => `const { device, token } = await (await fetch('${api}/v1/devices', {
  method: 'POST', headers: { authorization: 'Bearer ' + siteKey },
})).json();   // först när det finns något att minnas

await send({
  subject: { device: token },
  decisions: [
    { purpose: 'statistics', decision: 'grant' },
    { purpose: 'analytics-segmentation', decision: 'refuse' },
  ],
  notice: { id: 'cookies', version: '1.3', locale: 'sv' },
  capture: { context: 'cookies', method: 'banner', point: 'banner' },
});`;

const views = (analytics: string): string => `if (granted('statistics')) {
  fetch('${analytics}/collect', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ device, path: location.pathname, title: document.title }),
    keepalive: true,
  });
}`;

const withdraw = `{ "decisions": [{ "purpose": "statistics", "decision": "withdraw" }] }
// 1. sluta genast i webbläsaren
// 2. spara i utkorgen, skicka, försök igen med samma nyckel
// 3. när det är taget: glöm enhetens id`;

const signal = `if (navigator.globalPrivacyControl && !remembered('gpc')) {
  remember('gpc');            // en gång per webbläsare
  choose([], 'gpc');          // ett nej till varje kakval, ingen banner
}                             // ett uttryckligt ja efteråt gäller`;

/** Shows a builder how each thing on this site is done, and what this browser holds right now. */
export const developerPage = ({ apiUrl, analyticsUrl }: WebsiteConfig): Markup => html`<div class="wrap section page-head"><p class="eyebrow">För utvecklare</p><h1>Så är den här sajten byggd</h1>
  <p class="lead">Inga ramverk, inga skript från andra. Fem korta recept, och en ruta som visar vad just din webbläsare minns.</p>
  <p class="actions"><a class="button button-accent" href="${apiUrl}/docs">API:et</a><a class="button button-line" href="${apiUrl}/openapi.json">OpenAPI 3.1</a></p></div>
<div class="wrap developer">
  <section class="browser-now" aria-labelledby="now-title"><h2 id="now-title">Din webbläsare just nu</h2>
    <dl><div><dt>Kakval</dt><dd data-browser="choices"></dd></div><div><dt>Enhetens id</dt><dd data-browser="device"></dd></div><div><dt>Utkorg</dt><dd data-browser="outbox"></dd></div><div><dt>Global Privacy Control</dt><dd data-browser="gpc"></dd></div></dl>
    <p><button type="button" class="button button-line" data-cookies="choose">Öppna cookieinställningarna</button></p></section>
  ${part('Anmälan till nyhetsbrev', 'Formuläret skickar ett beslut, texten som visades och var det skedde. Svaret är detsamma för kända och okända adresser; en länk i mejlet bekräftar.', newsletter(apiUrl))}
  ${part('Ja till kakor', 'Först vid ett ja får webbläsaren ett id. Token är liggarens egen underskrift, så ingen annan kan tala för enheten.', device(apiUrl))}
  ${part('Sidvisningar', 'Skickas bara när statistik är vald. Statistiksystemet frågar dessutom sin egen kopia av liggaren innan något sparas.', views(analyticsUrl))}
  ${part('Ett nej i efterhand', 'Lika lätt som ett ja, och det får aldrig fastna på vägen.', withdraw)}
  ${part('Global Privacy Control', 'Signalen verkar en gång, på enhetens kakval. Att den saknas är aldrig ett ja.', signal)}
</div>`;
