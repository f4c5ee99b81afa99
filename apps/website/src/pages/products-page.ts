import { html, type Markup } from '#html';
import { heatPicture, industryPicture, shopPicture } from './illustrations.js';

interface Product {
  id: string;
  title: string;
  picture: Markup;
  words: string;
  facts: [string, string][];
  points: string[];
}

const PRODUCTS: Product[] = [
  {
    id: 'butik',
    title: 'Butikskyla',
    picture: shopPicture,
    words: 'Ett aggregat för kyl, frys och värme. Kyldiskarna hålls kalla, och överskottet värmer butiken och tappvattnet innan något släpps ut.',
    facts: [['Passar', 'Närbutik till stormarknad'], ['Ger', 'Kyl, frys och lokalvärme'], ['Köldmedium', 'Koldioxid (R744)']],
    points: ['Ett system i stället för tre', 'Styrning som följer väder och öppettider', 'Plats för fler diskar när butiken växer'],
  },
  {
    id: 'industri',
    title: 'Industrikyla',
    picture: industryPicture,
    words: 'För lager, livsmedel, isbanor och processer. Flera kompressorer delar på arbetet, så att effekten följer behovet och service kan göras utan stopp.',
    facts: [['Passar', 'Kyllager, livsmedel, process'], ['Ger', 'Stora kyleffekter och processvärme'], ['Köldmedium', 'Koldioxid (R744)']],
    points: ['Byggd i moduler och provkörd före leverans', 'Värme som går att använda i processen', 'Mätning av energin, del för del'],
  },
  {
    id: 'varme',
    title: 'Värmepumpar',
    picture: heatPicture,
    words: 'Koldioxid trivs med stora temperatursteg. Det gör den bra på varmvatten, uppvärmning och fjärrvärme, också när det är kallt ute.',
    facts: [['Passar', 'Flerbostadshus, skolor, fjärrvärme'], ['Ger', 'Varmvatten och uppvärmning'], ['Källa', 'Luft, vatten eller spillvärme']],
    points: ['Höga framledningstemperaturer', 'Ett naturligt köldmedium', 'Kan lämna kyla på sommaren'],
  },
];

const product = ({ id, title, picture, words, facts, points }: Product): Markup => html`<article class="product" id="${id}" aria-labelledby="${id}-title">
  <div class="product-picture product-picture-${id}">${picture}</div><div class="product-words"><h2 id="${id}-title">${title}</h2><p>${words}</p><ul class="points">${points.map((point) => html`<li>${point}</li>`)}</ul></div>
  <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></article>`;

/** What the company makes. */
export const productsPage: Markup = html`<div class="wrap section page-head"><p class="eyebrow">Produkter</p><h1>Kyla och värme ur samma krets</h1>
  <p class="lead">Tre familjer, en tanke: ingen värme ska kastas bort så länge någon behöver den.</p></div>
<div class="wrap products">${PRODUCTS.map(product)}</div>`;
