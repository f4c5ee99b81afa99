import { describe, expect, test } from '@jest/globals';
import { readConfig } from './read-config.js';

const ENV = { SITE_KEY: 'site-key', SAMTYCKE_DATA: '/data' };

describe('the company’s mailbox', () => {
  test('has a default only while mails are files: with a mail server it must be named', () => {
    expect(readConfig(ENV)).toMatchObject({ mailTo: 'marketing@advansor.dk', mailFrom: 'Advansor <marketing@advansor.dk>' });
    const server = { ...ENV, SMTP_URL: 'smtp://mail.example.se' };
    expect(() => readConfig(server)).toThrow(/^WEBSITE_MAIL_TO is missing: [^\n.]+$/);
    expect(() => readConfig({ ...server, WEBSITE_MAIL_TO: '' })).toThrow('WEBSITE_MAIL_TO is missing');
    expect(readConfig({ ...server, WEBSITE_MAIL_TO: 'hej@example.se', MAIL_FROM: '' })).toMatchObject({ mailTo: 'hej@example.se', mailFrom: 'Advansor <hej@example.se>', smtpUrl: 'smtp://mail.example.se' });
    expect(readConfig({ ...server, WEBSITE_MAIL_TO: 'hej@example.se', MAIL_FROM: 'Forms <forms@example.se>' })).toMatchObject({ mailFrom: 'Forms <forms@example.se>' });
  });
});

test('an empty setting is none', () => {
  const names = ['HOST', 'WEBSITE_PORT', 'LOG_LEVEL', 'API_URL', 'API_INNER_URL', 'ANALYTICS_URL', 'PORTAL_URL', 'WEBSITE_URL', 'TRUST_PROXY', 'WEBSITE_MAIL_TO', 'MAIL_FROM', 'SMTP_URL', 'MAIL_DIR'];
  expect(readConfig({ ...ENV, ...Object.fromEntries(names.map((name) => [name, ''])) })).toEqual(readConfig(ENV));
});
