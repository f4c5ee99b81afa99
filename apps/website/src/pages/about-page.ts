import { html, type Markup } from '#html';

const value = (title: string, words: string | Markup): Markup => html`<li><h2>${title}</h2><p>${words}</p></li>`;

/** Who stands behind it. */
export const aboutPage: Markup = html`<div class="wrap section page-head"><p class="eyebrow">Om oss</p><h1>Vi flyttar värme dit den behövs</h1>
  <p class="lead">Från Brabrand utanför Aarhus bygger vi kylsystem och värmepumpar för butiker, industri och städer.</p></div>
<div class="wrap about">
  <ul class="values">
    ${value('Energin först', 'Den billigaste energin är den som redan finns i huset. Därför börjar varje projekt med frågan vart värmen tar vägen.')}
    ${value('Färdigt från början', 'Anläggningen byggs och provkörs hos oss. På plats återstår rör, el och ett tryck på startknappen.')}
    ${value('Kunskap som delas', 'Vi utbildar montörer och tekniker i koldioxid som köldmedium, i klassrum och vid maskinen.')}
    ${value('Öppet med uppgifter', html`Du ser och ändrar själv vad vi får använda dina uppgifter till. <a href="/information">Läs hur det går till</a>.`)}
  </ul>
</div>`;

