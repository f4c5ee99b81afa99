import { company } from './company.js';
import { html, type Markup } from './html.js';

/** How the company is reached; the notice of the context `contact` stands beside it. */
export const contactPage = (field: string): Markup => html`<div class="wrap section page-head"><p class="eyebrow">Kontakt</p><h1>Hör av dig</h1>
  <p class="lead">Fråga om en anläggning, en utbildning eller en reservdel. Vi svarar på svenska, danska och engelska.</p></div>
<div class="wrap contact">
  <a class="contact-way" href="${company.phoneLink}"><span class="contact-name">Ring</span><strong>${company.phone}</strong></a>
  <a class="contact-way" href="mailto:${company.email}"><span class="contact-name">Skriv</span><strong>${company.email}</strong></a>
  <div class="contact-way"><span class="contact-name">Besök</span><address><strong>${company.name}</strong><br />${company.street}<br />${company.city}<br />${company.country}</address></div>
</div>
<div class="wrap section"><p class="small note">${field} <a href="/information/contact">Läs hela informationen</a></p></div>`;
