import type { Logger } from 'pino';
import type { Job } from './follow-log.js';
import { isRefused } from '#mails';
import { sendConfirmation, type ConfirmationOptions } from './send-confirmation.js';

/** A mail for each request; one that the server refuses for good is given up. */
export const confirmations = (options: ConfirmationOptions & { log: Logger }): Job => ({
  name: 'confirmations',
  types: ['request-opened'],
  async handle(request) {
    try {
      if (await sendConfirmation(options, request)) options.log.info({ event: request.event, purpose: request.purpose }, 'confirmation mail sent');
    } catch (error) {
      if (!isRefused(error)) throw error;
      options.log.warn({ event: request.event, code: (error as { responseCode?: number }).responseCode }, 'the mail server refused a confirmation mail');
    }
  },
});
