import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import { dkimRecord, type DkimSigning } from '#mails';
import { verifyDkim } from '#testing';
import { readConfig, type NewsletterConfig } from '../config/read-config.js';
import { compose, type Letter } from './compose.js';
import { createPost } from './post.js';

const letter: Letter = {
  mail: randomUUID(),
  from: 'Advansor <marketing@advansor.dk>',
  to: 'anna@example.se',
  subject: 'Vår nya kylmaskin',
  body: 'Hej!\r\n\r\nTre <nyheter> & en fråga.\r\nHälsningar',
  unsubscribe: `https://ledger.example/u/${'a'.repeat(180)}`,
};

const build = async (more: Partial<Letter> = {}): Promise<string> => {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const { message } = await transport.sendMail(compose({ ...letter, ...more }));
  return (message as Buffer).toString('utf8');
};

describe('a mail', () => {
  test('carries both headers of one-click unsubscribe, the link whole and unbroken however long it is', async () => {
    const raw = `\r\n${await build()}`;
    expect(raw).toContain(`\r\nList-Unsubscribe: <${letter.unsubscribe}>\r\n`);
    expect(raw).toContain('\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n');
  });

  test('shows what was written as text: nothing in it becomes markup', async () => {
    const mail = await simpleParser(await build());
    expect(mail.text).toContain('Tre <nyheter> & en fråga.\nHälsningar');
    expect(mail.html).toContain('Tre &lt;nyheter&gt; &amp; en fråga.<br>Hälsningar');
    expect(mail.html).toContain(letter.unsubscribe);
    expect(mail.messageId).toBe(`<${letter.mail}@advansor.dk>`);
  });

  test.each([
    [undefined, 'sv', 'Avsluta det här:', 'Avsluta nyhetsbrevet', 'Se alla dina val och säg nej'],
    ['fi', 'sv', 'Avsluta det här:', 'Avsluta nyhetsbrevet', 'Se alla dina val och säg nej'],
    ['da', 'da', 'Afmeld det her:', 'Afmeld nyhedsbrevet', 'Se alle dine valg, og sig nej'],
    ['en', 'en', 'End it here:', 'End the newsletter', 'See all your choices and say no'],
  ])('says how it is ended in the language of its reader (%s)', async (locale, lang, end, endLink, choices) => {
    const { text, html } = await simpleParser(await build({ locale, preferences: 'https://ledger.example/p/x' }));
    expect(text).toContain(`${end}\n${letter.unsubscribe}`);
    expect(text).toContain(`${choices}:\nhttps://ledger.example/p/x`);
    expect(html).toContain(`<p lang="${lang}"`);
    for (const words of [endLink, choices]) expect(html).toContain(`>${words}</a>`);
  });

  test('names the language of its text where that was said, and none where it was not, whoever reads it', async () => {
    expect((await simpleParser(await build({ locale: 'da', language: 'en' }))).html).toContain('<html lang="en">');
    expect((await simpleParser(await build({ locale: 'da', language: null }))).html).toContain('<html>');
  });

  describe('that is signed', () => {
    let folder: string;
    let config: NewsletterConfig;
    const ENV = { DATABASE_URL: 'postgres://nowhere', KAFKA_BROKERS: 'nowhere:9092', API_KEY: 'none', DKIM_DOMAIN: 'advansor.dk', DKIM_SELECTOR: 'news' };
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'samtycke-dkim-'));
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      await writeFile(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
      config = readConfig({ ...ENV, DKIM_KEY_FILE: join(folder, 'key.pem'), MAIL_DIR: folder });
    });
    afterAll(() => rm(folder, { recursive: true }));

    test('carries a signature of its domain that verifies, and that covers both headers of one-click unsubscribe (RFC 8058, section 4)', async () => {
      const post = createPost(config);
      expect(await post.send(letter.mail, compose(letter), () => true)).toBe('sent');
      const mail = await readFile(join(folder, `newsletter-${letter.mail}.eml`));
      const { domain, covered } = verifyDkim(mail, dkimRecord(config.dkim as DkimSigning).value);
      expect(domain).toBe('advansor.dk');
      expect(covered).toEqual(expect.arrayContaining(['list-unsubscribe', 'list-unsubscribe-post', 'from', 'subject']));
    });

    test('does not even start to be sent under a key that cannot be read', () => {
      expect(() => readConfig({ ...ENV, DKIM_KEY_FILE: join(folder, 'other.pem') })).toThrow(/^DKIM_KEY_FILE cannot be read: .*other\.pem \(ENOENT\)$/);
    });
  });
});
