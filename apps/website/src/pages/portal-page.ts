import { html, type Markup } from '#html';

const point = (title: string, words: string): Markup => html`<li><h2>${title}</h2><p>${words}</p></li>`;

/** The link itself: the lines that a builder copies. */
export const portalLink = (portalUrl: string, field: string): Markup => html`<p class="actions"><a class="button button-accent" href="${portalUrl}/" data-samtycke="portal" aria-describedby="portal-notice">Logga in i kundportalen</a></p>
  <p class="small note form-notice" id="portal-notice">${field} Ditt konto finns kvar tills det avslutas. <a href="/information/portal-login">Läs hela informationen</a></p>`;

/** The way into the customer portal; the notice stands at the button that leads there. */
export const portalPage = (link: Markup, purposes: Markup): Markup => html`<div class="wrap section page-head"><p class="eyebrow">Kundportalen</p><h1>Dina uppgifter, dina val</h1>
  <p class="lead">I portalen ser du varje ändamål, vad du har svarat och när, och ändrar det med ett tryck. En ändring når våra system inom någon sekund.</p>
  ${link}</div>
<div class="wrap"><ul class="values">
  ${point('Säg ja eller nej', 'Nyhetsbrev, inbjudningar, undersökningar: varje val för sig, i vilken ordning du vill.')}
  ${point('Invänd', 'Det som vi gör av berättigat intresse står där också, och du invänder på samma ställe.')}
  ${point('Se vad som hänt', 'Varje svar med dag, text och kvitto, också sådant som du svarade på papper eller i telefon.')}
  ${point('Se vem som har agerat', 'Under ett nej står vilka system som har rättat sig efter det, och efter hur lång tid.')}
</ul></div>
<div class="wrap section form-page form-alone">${purposes}</div>`;
