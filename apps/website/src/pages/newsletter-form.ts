import { html, type Markup } from '#html';
import type { PageFrame } from './frame.js';

/** The sign-up in the footer. What stands inside the element is for browsers without JavaScript: a plain form, which leads to the notice first. */
export function newsletterForm({ config, newsletter }: PageFrame): Markup {
  return html`<section class="newsletter" aria-labelledby="newsletter-title">
    <div class="newsletter-words"><h2 id="newsletter-title">Nyheter om kyla och värme</h2>
      <p>Några gånger om året: nya lösningar, energitips och inbjudningar till utbildningar.</p></div>
    <samtycke-subscribe purpose="newsletter" point="site-footer">
      <form class="newsletter-form" method="post" action="${config.apiUrl}/s/${config.siteKey}/newsletter">
        <label for="newsletter-email">E-postadress</label>
        <div class="newsletter-row">
          <input id="newsletter-email" name="email" type="email" autocomplete="email" inputmode="email" maxlength="254" required aria-describedby="newsletter-notice" />
          <button type="submit" class="button button-warm">Anmäl mig</button>
        </div>
        <p id="newsletter-notice" class="small">${newsletter.field} <a href="/information/${newsletter.notice}">Läs hela informationen</a></p>
        <input type="hidden" name="lang" value="sv" />
      </form>
    </samtycke-subscribe>
  </section>`;
}
