import { html, type Markup } from '#html';
import type { SignInWords } from '../language/words.js';
import { plainPage } from './plain-page.js';

/** The last step of a visitor who came from the website signed in; a script takes it for him. */
export const onwardPage = ({ title, words, button }: SignInWords['onward']): Markup =>
  plainPage(title, words, html`<form method="post" action="/from-website/onward" class="door-form" id="onward"><button class="button button-accent">${button}</button></form><script type="module" src="/assets/js/onward.js"></script>`);
