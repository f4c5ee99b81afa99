import { html, type Markup } from '#html';

/** Lines to copy. The button shows itself where scripts run. */
export const codeBlock = (title: string, code: string): Markup => html`<div class="code"><pre tabindex="0" role="region" aria-label="Kod: ${title}"><code>${code}</code></pre><button type="button" class="copy" hidden data-copy>Kopiera</button></div>`;

/** A fold-out below a form: its own lines, and the call that they lead to. */
export const howDone = (title: string, form: Markup, call: string): Markup => html`<details class="how"><summary>För utvecklare: så är formuläret gjort</summary>
  <p class="small">Formuläret, ur den här sidan. Ett kryss är ett ja till ett ändamål; de dolda fälten säger vilken text som visades.</p>
  ${codeBlock(`${title}, formuläret`, form.markup)}
  <p class="small">Anropet som webbplatsens server gör för det som kryssades i, med samma nyckel så ofta som behövs tills liggaren har svarat. Meddelandet självt går som mejl till företaget.</p>
  ${codeBlock(`${title}, anropet`, call)}</details>`;
