import { html, type Markup } from '#html';
import { company } from './company.js';

/** How the company is reached, beside its form. */
export const contactPage = (form: Markup): Markup => html`<div class="wrap section page-head"><p class="eyebrow">Kontakt</p><h1>Hör av dig</h1>
  <p class="lead">Fråga om en anläggning, en utbildning eller en reservdel. Vi svarar på svenska, danska och engelska.</p></div>
<div class="wrap form-page section-end">
  ${form}
  <aside class="ways" aria-label="Andra sätt att nå oss">
    <a class="contact-way" href="${company.phoneLink}"><span class="contact-name">Ring</span><strong>${company.phone}</strong></a>
    <a class="contact-way" href="mailto:${company.email}"><span class="contact-name">Mejla</span><strong>${company.email}</strong></a>
    <div class="contact-way"><span class="contact-name">Besök</span><address><strong>${company.name}</strong><br />${company.street}<br />${company.city}<br />${company.country}</address></div>
    <a class="contact-way" href="/reklamation"><span class="contact-name">Fel på något du har köpt?</span><strong>Till reklamationen</strong></a>
  </aside>
</div>`;
