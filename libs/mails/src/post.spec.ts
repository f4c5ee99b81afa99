import { once } from 'node:events';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { verifyDkim } from '#testing';
import { confirmationMail } from './confirmation-mail.js';
import { dkimRecord, readDkim, type DkimSigning } from './dkim.js';
import { postBy } from './post.js';

let folder: string;
let dkim: DkimSigning;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samtycke-dkim-'));
  const path = join(folder, 'key.pem');
  await writeFile(path, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }));
  dkim = readDkim({ DKIM_DOMAIN: 'example.se', DKIM_SELECTOR: 'ledger', DKIM_KEY_FILE: path }) as DkimSigning;
});
afterAll(() => rm(folder, { recursive: true }));

const link = `https://ledger.example/c/${'a'.repeat(43)}`;
const mail = { id: 'one', from: 'Ledger <ledger@example.se>', to: 'anna@example.se', ...confirmationMail('sv', { purpose: 'Nyhetsbrev på åäö', company: 'Advansor A/S' }, { confirm: link, days: 7, choices: 'https://ledger.example/p/token', receipt: `${link}/receipt`, receiptDays: 30 }) };

test.each([['sv', ' hos Advansor A/S. '], ['da', ' hos Advansor A/S. '], ['en', ' at Advansor A/S. ']])('a confirmation mail names the company, and shows words for its links: addresses are for plain text (%s)', (locale, named) => {
  const links = { confirm: link, days: 7, choices: 'https://ledger.example/p/token', receipt: `${link}/receipt`, receiptDays: 30 };
  const { text, html } = confirmationMail(locale, { purpose: 'X', company: 'Advansor A/S' }, links);
  for (const one of [text, html]) expect(one).toContain(named);
  for (const one of [links.confirm, links.receipt, links.choices]) {
    expect(text).toContain(`\n${one}\n`);
    expect(html).toContain(`href="${one}"`);
  }
  expect(html.replace(/<[^>]*>/g, '')).not.toContain('https://');
  expect(text).toMatch(/(30 dagar|30 dage|30 days)/);
  expect(confirmationMail(locale, { purpose: 'X' }, links).text).not.toMatch(/[{}]|undefined/);
});

test('a mail of the worker that goes to a server arrives with a signature that verifies', async () => {
  const arrived: Buffer[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: async (stream, _session, done) => {
      arrived.push(Buffer.concat(await stream.toArray()));
      done();
    },
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.server.address() as AddressInfo;
  await postBy({ smtpUrl: `smtp://127.0.0.1:${port}`, folder, domain: 'example.se', dkim })(mail);
  await new Promise<void>((resolve) => server.close(resolve));
  expect(arrived).toHaveLength(1);
  const { domain, selector, covered } = verifyDkim(arrived[0] as Buffer, dkimRecord(dkim).value);
  expect([domain, selector]).toEqual(['example.se', 'ledger']);
  expect(covered).toEqual(expect.arrayContaining(['from', 'to', 'subject', 'date', 'auto-submitted']));
});

test('a mail of the worker that becomes a file is signed too, and unsigned where no key is set', async () => {
  await postBy({ folder, domain: 'example.se', dkim })(mail);
  verifyDkim(await readFile(join(folder, 'one.eml')), dkimRecord(dkim).value);
  await postBy({ folder, domain: 'example.se' })({ ...mail, id: 'two' });
  expect(await readFile(join(folder, 'two.eml'), 'utf8')).not.toContain('DKIM-Signature');
});
