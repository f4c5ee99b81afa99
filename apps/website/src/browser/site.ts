import { dropWhatEnded } from './ask-ledger.js';
import { announceChoice } from './choices.js';
import { watchCookieSettings } from './cookie-settings.js';
import { actOnSignal } from './gpc.js';
import { onRemembered } from './memory.js';
import { watchNewsletter } from './newsletter.js';
import { flush } from './outbox.js';
import { watchViews } from './statistics.js';

void actOnSignal();
watchCookieSettings();
watchNewsletter();
watchViews();
onRemembered('choices', announceChoice);
await flush();
await dropWhatEnded();
