import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import { compose, dkimOptions, type Letter } from './compose.js';

const letter: Letter = {
  mail: randomUUID(),
  from: 'Advansor <marketing@advansor.dk>',
  to: 'anna@example.se',
  subject: 'Vår nya kylmaskin',
  body: 'Hej!\r\n\r\nTre <nyheter> & en fråga.\r\nHälsningar',
  unsubscribe: `https://ledger.example/u/${'a'.repeat(180)}`,
};

const build = async (options: object = {}): Promise<string> => {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows', ...options } as never);
  const { message } = (await transport.sendMail(compose(letter))) as unknown as { message: Buffer };
  return message.toString('utf8');
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

  describe('that is signed', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'samtycke-dkim-'));
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      await writeFile(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    });
    afterAll(() => rm(folder, { recursive: true }));

    test('has both headers among those that the signature covers (RFC 8058)', async () => {
      const raw = await build({ dkim: dkimOptions({ domainName: 'advansor.dk', keySelector: 'news', keyFile: join(folder, 'key.pem') }) });
      const signature = /DKIM-Signature:([\s\S]*?)\r\n(?![ \t])/.exec(raw)?.[1]?.replace(/\s+/g, '') ?? '';
      const covered = /;h=([^;]*)/.exec(signature)?.[1]?.toLowerCase().split(':');
      expect(covered).toEqual(expect.arrayContaining(['list-unsubscribe', 'list-unsubscribe-post', 'from', 'subject']));
    });
  });
});
