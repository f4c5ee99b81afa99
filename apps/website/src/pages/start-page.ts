import { html, type Markup } from '#html';
import { company } from './company.js';
import { heatPicture, industryPicture, loopPicture, shopPicture } from './illustrations.js';

const line = (picture: Markup, anchor: string, title: string, words: string): Markup => html`<li class="card">
  ${picture}<div class="card-words"><h3><a href="/produkter#${anchor}">${title}</a></h3><p>${words}</p></div></li>`;

const step = (number: number, title: string, words: string): Markup => html`<li class="step"><span class="step-number" aria-hidden="true">${number}</span><h3>${title}</h3><p>${words}</p></li>`;

const calculator = html`<section class="band" aria-labelledby="heat-title"><div class="wrap calculator">
  <div><p class="eyebrow">Räkna själv</p><h2 id="heat-title">Hur mycket värme går att ta till vara?</h2>
    <p>All värme som kylan hämtar, och den el som driver den, hamnar på den varma sidan. Dra i reglagen så ser du hur mycket.</p>
    <p class="small">Beräkning: kyleffekt × (1 + 1 / köldfaktor). Hur stor del som går att använda beror på byggnaden.</p></div>
  <form class="calculator-form" id="heat-form">
    <div><label for="cooling">Kyleffekt</label><output id="cooling-value" for="cooling">80 kW</output><input id="cooling" type="range" min="10" max="500" step="10" value="80" /></div>
    <div><label for="factor">Köldfaktor</label><output id="factor-value" for="factor">3,0</output><input id="factor" type="range" min="1.5" max="5" step="0.1" value="3" /></div>
    <p class="result" aria-live="polite"><strong id="heat-value">107 kW</strong> värme på den varma sidan</p>
  </form>
</div></section>`;

/** The first page. */
export const startPage: Markup = html`
<section class="hero"><div class="wrap hero-grid">
  <div class="hero-words"><p class="eyebrow">Kylsystem och värmepumpar med koldioxid</p>
    <h1>Kyla som <em>värmer.</em></h1>
    <p class="lead">Samma energi gör nytta två gånger: den håller maten kall och huset varmt. Vi bygger anläggningarna som flyttar den.</p>
    <p class="actions"><a class="button button-warm" href="/produkter">Se lösningarna</a><a class="button button-ghost" href="/kontakt">Prata med oss</a></p></div>
  ${loopPicture}
</div></section>
<section class="wrap section" aria-labelledby="lines-title"><p class="eyebrow">Tre områden</p><h2 id="lines-title">Från mjölkdisken till fjärrvärmen</h2>
  <ul class="cards">
    ${line(shopPicture, 'butik', 'Butikskyla', 'Kyl och frys för butiken i ett enda system, med värme till lokalerna på köpet.')}
    ${line(industryPicture, 'industri', 'Industrikyla', 'Stora kyleffekter för lager, livsmedel och processer, byggda för att gå dygnet runt.')}
    ${line(heatPicture, 'varme', 'Värmepumpar', 'Varmvatten och uppvärmning vid höga temperaturer, från luft, vatten eller spillvärme.')}
  </ul></section>
<section class="wrap section" aria-labelledby="how-title"><p class="eyebrow">Så fungerar det</p><h2 id="how-title">Fyra steg, om och om igen</h2>
  <ol class="steps">
    ${step(1, 'Hämta', 'Köldmediet kokar i kyldisken och tar med sig värmen därifrån.')}
    ${step(2, 'Höj', 'Kompressorn pressar ihop gasen. Trycket stiger, och temperaturen med det.')}
    ${step(3, 'Lämna', 'I gaskylaren går värmen över till vattnet som värmer huset.')}
    ${step(4, 'Sänk', 'Ventilen släpper trycket. Köldmediet blir kallt igen och varvet är slutet.')}
  </ol></section>
${calculator}
<section class="wrap section why" aria-labelledby="why-title"><div><p class="eyebrow">Varför koldioxid?</p><h2 id="why-title">Ett köldmedium som redan finns i luften</h2>
    <p>Koldioxid heter R744 när den används som köldmedium. Skulle något läcka ut påverkar det klimatet minimalt jämfört med syntetiska köldmedier. Den brinner inte, och den räcker både till frys och till hett vatten.</p></div>
  <dl class="facts"><div><dt>Klimatpåverkan (GWP)</dt><dd>1</dd></div><div><dt>Påverkan på ozonlagret (ODP)</dt><dd>0</dd></div><div><dt>Brännbarhet</dt><dd>Ingen</dd></div><div><dt>Säkerhetsklass (ISO 817)</dt><dd>A1</dd></div></dl></section>
<section class="wrap section"><div class="invite"><h2>Har du värme som går till spillo?</h2><p>Berätta om byggnaden, så tittar vi på vad som går att göra.</p>
  <p class="actions"><a class="button button-accent" href="mailto:${company.email}">Skriv till oss</a><a class="button button-line" href="${company.phoneLink}">${company.phone}</a></p></div></section>`;
