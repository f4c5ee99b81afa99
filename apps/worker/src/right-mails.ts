import type { Job } from './follow-log.js';
import type { DueMails } from './due-mails.js';

/** A mail to the company for each right that somebody asked for: kept as due, so that none is lost and none holds up what follows in the log. */
export const rightMails = (mails: DueMails): Job => ({
  name: 'right-mails',
  types: ['right-requested'],
  handle: (asked) => mails.keep('right', asked.event, asked),
});
