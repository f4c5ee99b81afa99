import { html, type Markup } from '#html';
import { courses, type Course } from '../forms/courses.js';

const course = ({ title, words, length, place }: Course): Markup => html`<li class="course"><h2>${title}</h2><p>${words}</p>
  <dl class="facts"><div><dt>Längd</dt><dd>${length}</dd></div><div><dt>Plats</dt><dd>${place}</dd></div></dl></li>`;

/** Training and webinars, with the sign-up. */
export const coursesPage = (form: Markup): Markup => html`<div class="wrap section page-head"><p class="eyebrow">Utbildningar</p><h1>Lär dig koldioxid av dem som bygger</h1>
  <p class="lead">Små grupper, riktiga maskiner. Kurserna hålls på svenska och danska, och kostar inget för den som sköter en av våra anläggningar.</p></div>
<div class="wrap"><ul class="courses">${courses.map(course)}</ul></div>
<div class="wrap section form-page form-alone">${form}</div>`;
