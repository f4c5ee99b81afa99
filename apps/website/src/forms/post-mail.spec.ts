import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startMailServer, type MailServer } from '#testing';
import type { WebsiteConfig } from '../config/read-config.js';
import { postMail, type CompanyMail } from './post-mail.js';

let server: MailServer;
beforeEach(async () => {
  server = await startMailServer();
});
afterEach(() => server.close());

const mail: CompanyMail = { id: 'one', subject: 'Hej', text: 'Hej!', replyTo: { name: 'Anna', address: 'anna@example.se' }, attachments: [] };
const post = (): Promise<void> => postMail({ smtpUrl: server.url, mailFrom: 'website@example.se', mailTo: 'office@example.se' } as WebsiteConfig)(mail);

test('a form’s mail goes to the company', async () => {
  await post();
  expect(server.taken).toEqual(['office@example.se']);
});

test('a mail server that falls silent is given up within half a minute, so that the mail is tried again', async () => {
  server.answer = (word) => (word === 'RCPT TO' ? 'silence' : undefined);
  const from = performance.now();
  await expect(post()).rejects.toThrow('Timeout');
  expect(performance.now() - from).toBeLessThan(40_000);
}, 45_000);
