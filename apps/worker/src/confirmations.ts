import type { DueMails } from './due-mails.js';
import type { Job } from './follow-log.js';

/** A mail for each request: kept as due, so that none holds up what follows in the log. */
export const confirmations = (mails: DueMails): Job => ({
  name: 'confirmations',
  types: ['request-opened'],
  handle: (request) => mails.keep('confirmation', request.event, request),
});
