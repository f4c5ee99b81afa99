import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { verifyDkim } from '#testing';
import { dkimRecord, readDkim } from './dkim.js';

let folder: string;
const file = (name: string): string => join(folder, name);
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samtycke-dkim-'));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(file('good.pem'), pem(privateKey));
  await writeFile(file('pkcs1.pem'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
  await writeFile(file('cut.pem'), pem(privateKey).slice(0, 400));
  await writeFile(file('locked.pem'), privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }));
  await writeFile(file('public.pem'), generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(file('small.pem'), pem(generateKeyPairSync('rsa', { modulusLength: 768 }).privateKey));
  await writeFile(file('ed25519.pem'), pem(generateKeyPairSync('ed25519').privateKey));
});
afterAll(() => rm(folder, { recursive: true }));

const of = (key: string, more: object = {}) => readDkim({ DKIM_DOMAIN: 'example.se', DKIM_SELECTOR: 'news', DKIM_KEY_FILE: file(key), ...more });

async function send(key: string): Promise<{ mail: Buffer; record: string }> {
  const dkim = of(key);
  if (!dkim) throw new Error('no signing');
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows', dkim } as never);
  const headers = { 'List-Unsubscribe': '<https://ledger.example/u/1>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
  const { message } = (await transport.sendMail({ from: 'a@example.se', to: 'b@example.se', subject: 'Två  rader', text: 'Hej  på dig! \r\n\r\n\r\n', headers })) as unknown as { message: Buffer };
  return { mail: message, record: dkimRecord(dkim).value };
}

describe('a DKIM key', () => {
  test.each(['good.pem', 'pkcs1.pem'])('%s signs so that the record to publish verifies it, one-click headers included; a changed letter shows', async (key) => {
    const { mail, record } = await send(key);
    const { domain, selector, covered } = verifyDkim(mail, record);
    expect([domain, selector]).toEqual(['example.se', 'news']);
    expect(covered).toEqual(expect.arrayContaining(['from', 'to', 'subject', 'date', 'list-unsubscribe', 'list-unsubscribe-post']));
    const changed = (from: string | RegExp, to: string): Buffer => Buffer.from(mail.toString('latin1').replace(from, to), 'latin1');
    expect(() => verifyDkim(changed('https://ledger.example/u/1', 'https://ledger.example/u/2'), record)).toThrow('does not fit');
    expect(() => verifyDkim(changed('One-Click', 'Two-Click'), record)).toThrow('does not fit');
    // In the body: a signature may hold the same letters.
    expect(() => verifyDkim(changed(/(\r\n\r\n[^]*?)Hej/, '$1Nej'), record)).toThrow('another one');
    expect(() => verifyDkim(mail, dkimRecord({ ...(of(key) as NonNullable<ReturnType<typeof of>>), privateKey: pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey) }).value)).toThrow('does not fit');
  });

  test('is told by the name of its record', () => {
    expect(dkimRecord(of('good.pem') as NonNullable<ReturnType<typeof of>>)).toEqual({ name: 'news._domainkey.example.se', value: expect.stringMatching(/^v=DKIM1; k=rsa; p=MIIB[\w+/=]+$/) });
  });

  test('is asked for by nobody where none is set', () => {
    expect(readDkim({})).toBeUndefined();
  });

  test.each<[string, () => unknown, RegExp]>([
    ['is missing', () => of('nowhere.pem'), /^DKIM_KEY_FILE cannot be read: .*nowhere\.pem \(ENOENT\)$/],
    ['is a folder', () => of('.'), /cannot be read: .* \(EISDIR\)/],
    ['is cut off', () => of('cut.pem'), /holds no private key in PEM/],
    ['is locked', () => of('locked.pem'), /without a password/],
    ['is the public one', () => of('public.pem'), /holds no private key in PEM/],
    ['is too short for receivers', () => of('small.pem'), /768 bits/],
    ['is of a kind that nothing here signs with', () => of('ed25519.pem'), /no RSA key \(ed25519\)/],
    ['has no selector', () => of('good.pem', { DKIM_SELECTOR: '' }), /needed together/],
    ['has no domain', () => of('good.pem', { DKIM_DOMAIN: 'ex ample;x=' }), /DKIM_DOMAIN is no name/],
  ])('that %s is one clear sentence, and nothing of the key stands in it', (_, read, sentence) => {
    expect(read).toThrow(sentence);
    expect(read).not.toThrow(/BEGIN|MII/);
  });
});
