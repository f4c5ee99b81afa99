import { keepAges } from './ages.js';
import { followChanges } from './follow-changes.js';
import { sendOnce } from './send-once.js';

keepAges();
followChanges();
document.querySelector<HTMLElement>('.error-box')?.focus();

sendOnce();
