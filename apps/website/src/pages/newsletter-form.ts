import { html, type Markup } from './html.js';
import type { PageFrame } from './frame.js';

/** The sign-up in the footer: one field, the notice right at it, and an answer below that screen readers announce. */
export function newsletterForm({ newsletter }: PageFrame): Markup {
  return html`<section class="newsletter" aria-labelledby="newsletter-title">
    <div class="newsletter-words"><h2 id="newsletter-title">Nyheter om kyla och värme</h2>
      <p>Några gånger om året: nya lösningar, energitips och inbjudningar till utbildningar.</p></div>
    <form id="newsletter-form" class="newsletter-form" novalidate data-notice="${newsletter.notice.id}" data-version="${newsletter.notice.version}" data-locale="${newsletter.notice.locale}">
      <label for="newsletter-email">E-postadress</label>
      <div class="newsletter-row">
        <input id="newsletter-email" name="email" type="email" autocomplete="email" inputmode="email" maxlength="254" required aria-describedby="newsletter-notice newsletter-answer" />
        <button type="submit" class="button button-warm">Anmäl mig</button>
      </div>
      <p id="newsletter-notice" class="small">${newsletter.field} <span data-when-device hidden>Du har sagt ja till kakor: när du bekräftar kopplas den här webbläsaren till din adress, så att du kan stänga av dem i Mina val.</span>
        <a href="/information/${newsletter.notice.id}">Läs hela informationen</a></p>
      <p id="newsletter-answer" class="answer" role="status" aria-live="polite"></p>
      <noscript><p class="small">Utan JavaScript kan formuläret inte skickas. Skriv till <a href="mailto:marketing@advansor.dk">marketing@advansor.dk</a> så hjälper vi dig.</p></noscript>
    </form>
  </section>`;
}
