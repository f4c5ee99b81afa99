import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { simpleParser, type ParsedMail } from 'mailparser';
import pg from 'pg';
import { pino } from 'pino';
import { SMTPServer } from 'smtp-server';
import { postBy } from '#mails';
import { freshDatabase, startMailServer, until, type FreshDatabase, type MailServer, type MailWord } from '#testing';
import { asksIn, type Asks } from '../../apps/portal/src/sign-in/mail/asks.js';
import { sendLinks, type SendLinks } from '../../apps/portal/src/sign-in/mail/send-links.js';
import { migratePortal } from '../../apps/portal/src/store/migrate.js';

const AGAIN_MS = 100;
const config = { folder: '', from: 'Portal <portal@example.se>', domain: 'example.se', portalUrl: 'https://portal.example.se' };

let database: FreshDatabase;
let pool: pg.Pool;
let asks: Asks;
let smtp: SMTPServer;
let received: ParsedMail[];
let senders: SendLinks[];
/** What the server answers to a recipient; nothing: it takes the mail. */
let answer: (tries: number) => { code: number } | undefined;
let tries: number;
/** Another server, of one test alone. */
let server: MailServer | undefined;

beforeAll(async () => {
  database = await freshDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 6 });
  pool.on('error', () => undefined);
  await migratePortal(pool);
  asks = asksIn(pool);
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo(_to, _session, done) {
      const refusal = answer((tries += 1));
      done(refusal && Object.assign(new Error('refused'), { responseCode: refusal.code }));
    },
    onData(stream, _session, done) {
      void simpleParser(stream).then((mail) => {
        received.push(mail);
        done();
      }, done);
    },
  });
  await once(smtp.listen(0, '127.0.0.1'), 'listening');
});
beforeEach(() => {
  received = [];
  senders = [];
  tries = 0;
  answer = () => undefined;
});
afterEach(async () => {
  await Promise.all(senders.map((sender) => sender.stop()));
  await server?.close();
  server = undefined;
  await pool.query('DELETE FROM portal.mail_asks');
});
afterAll(async () => {
  smtp?.close();
  await pool?.end();
  await database?.drop();
});

const ownServer = (): string => `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`;

function sender(againMs = AGAIN_MS, smtpUrl = ownServer()): SendLinks {
  const made = sendLinks({ asks, config, againMs, log: pino({ level: 'silent' }), post: postBy({ smtpUrl, folder: '', domain: config.domain }) });
  senders.push(made);
  return made;
}

let people = 0;
const ask = async (): Promise<string> => {
  const email = `person${(people += 1)}@example.se`;
  await asks.take({ email, locale: 'sv', source: 'test' });
  return email;
};
const waiting = async (): Promise<number> => (await pool.query('SELECT 1 FROM portal.mail_asks WHERE next_try_at IS NOT NULL')).rowCount ?? 0;
const linkIn = (mail?: ParsedMail): string => /sign-in\/mail\/([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';

describe('sending sign-in links by SMTP', () => {
  test('a server that fails is asked again until it takes the mail; the link that arrives works', async () => {
    answer = (count) => (count < 3 ? { code: 451 } : undefined);
    const email = await ask();
    sender().wake();
    await until(() => received.length === 1, { timeoutMs: 30_000 });
    await until(async () => (await waiting()) === 0, { timeoutMs: 30_000 });
    expect(tries).toBe(3);
    expect(await asks.use(linkIn(received[0]))).toBe(email);
  });

  test('a server that refuses an address is not asked again', async () => {
    answer = () => ({ code: 550 });
    await ask();
    sender().wake();
    await until(async () => (await waiting()) === 0, { timeoutMs: 30_000 });
    const other = await ask();
    answer = () => undefined;
    sender().wake();
    await until(() => received.length === 1, { timeoutMs: 30_000 });
    expect(await asks.look(linkIn(received[0]))).toBe(other);
    expect(tries).toBe(2);
  });

  test.each<[string, MailWord, string]>([
    ['the password', 'AUTH', '535 who are you'],
    ['the sender', 'MAIL FROM', '553 not yours'],
  ])('a server that does not take %s has refused nobody’s mail: it leaves once that is mended', async (_what, at, said) => {
    server = await startMailServer();
    let refusals = 0;
    server.answer = (word) => (word === at && (refusals += 1) < 3 ? said : undefined);
    const email = await ask();
    sender(AGAIN_MS, server.url.replace('//', '//user:secret@')).wake();
    await until(async () => (await waiting()) === 0, { timeoutMs: 30_000 });
    expect(server.taken).toEqual([email]);
  });

  test('a mail that could not leave within a quarter of an hour leaves no more', async () => {
    await ask();
    await pool.query(`UPDATE portal.mail_asks SET asked_at = asked_at - interval '16 minutes'`);
    sender().wake();
    await until(async () => (await waiting()) === 0, { timeoutMs: 30_000 });
    expect([tries, received]).toEqual([0, []]);
  });

  test('several processes of the portal send each mail once', async () => {
    const emails = await Promise.all(Array.from({ length: 12 }, ask));
    for (let n = 0; n < 3; n += 1) sender(20_000).wake();
    await until(async () => (await waiting()) === 0, { timeoutMs: 30_000 });
    const to = received.flatMap((mail) => [mail.to ?? []].flat().map(({ text }) => text));
    expect(to.sort()).toEqual(emails.sort());
  });
});
