import { html, type Markup } from '#html';
import { company } from './company.js';

const step = (title: string, words: string): Markup => html`<li><strong>${title}</strong> ${words}</li>`;

/** A complaint, and what happens with it. */
export const complaintPage = (form: Markup): Markup => html`<div class="wrap section page-head"><p class="eyebrow">Reklamation</p><h1>Har något gått sönder?</h1>
  <p class="lead">Beskriv felet så börjar vi utreda samma dag. Dina rättigheter som köpare påverkas inte av om du kryssar i något här.</p></div>
<div class="wrap form-page section-end">
  ${form}
  <aside class="ways" aria-labelledby="next-title"><div class="contact-way"><h2 id="next-title">Så går det till</h2>
    <ol class="next">${step('Mottaget.', 'Du får ett ärendenummer med e-post.')}${step('Utredning.', 'En tekniker läser anläggningens logg och hör av sig.')}${step('Besked.', 'Du får veta vad vi gör, och när.')}</ol></div>
    <a class="contact-way" href="${company.phoneLink}"><span class="contact-name">Står kylan still? Ring jouren</span><strong>${company.phone}</strong></a></aside>
</div>`;
