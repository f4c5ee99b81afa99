import { keepAges } from './ages.js';
import { followChanges } from './follow-changes.js';

keepAges();
followChanges();
document.querySelector<HTMLElement>('.error-box')?.focus();

// One press sends one issue; the server knows the form again, should it come twice all the same.
document.querySelector('form')?.addEventListener('submit', (event) => {
  const button = (event.currentTarget as HTMLFormElement).querySelector('button');
  if (button) button.disabled = true;
});
// A page that the browser kept comes back with its button.
addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll<HTMLButtonElement>('form button')) button.disabled = false;
});
