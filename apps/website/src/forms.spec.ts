import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser, type ParsedMail } from 'mailparser';
import { pino, type Logger } from 'pino';
import { loadCatalogue } from '#catalogue';
import { startMailServer, until, type MailServer, type MailWord } from '#testing';
import { readConfig, type WebsiteConfig } from './config/read-config.js';
import { comingDays, courses } from './forms/courses.js';
import { Delivery, type Submission } from './forms/delivery.js';
import { createRates } from './forms/rates.js';
import { RefusedMails, type RefusedMail } from './forms/refused-mails.js';
import { createSpool } from './store/spool.js';
import { startWebsite, type RunningWebsite } from './start-website.js';

interface Call {
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

const OF_CONTACT = { name: 'Anna Å', email: 'anna@example.se', topic: 'Utbildning', message: 'Hej!\n<b>När</b> är nästa kurs?' };
const FORM_PATHS = ['/kontakt', '/utbildningar', '/reklamation'];

let folder: string;
let api: Server;
let apiUrl: string;
/** What the ledger answers, and what it was asked. */
let status: number;
let answer: string;
let calls: Call[] = [];
let site: RunningWebsite;
let running: RunningWebsite[] = [];

beforeAll(async () => {
  api = createServer(async (request, response) => {
    if (request.method === 'GET') {
      const [, id = ''] = /^\/v1\/notices\/([a-z-]+)/.exec(request.url ?? '') ?? [];
      const notice = loadCatalogue().notices.find(({ document }) => document.id === id && document.locale === 'sv')?.document;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...notice, version: '1.4', purposes: notice?.purposes.map((purpose) => purpose.id), snapshot: `shown.${id}` }));
      return;
    }
    const body = Buffer.concat(await request.toArray()).toString();
    calls.push({ headers: request.headers, body: JSON.parse(body) as Record<string, unknown> });
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
  });
  await once(api.listen(0, '127.0.0.1'), 'listening');
  apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samtycke-website-'));
  status = 202;
  answer = JSON.stringify({ accepted: true });
  calls = [];
  site = await start();
});
afterEach(async () => {
  for (const one of running) await one.stop();
  running = [];
  await rm(folder, { recursive: true });
});
afterAll(() => void api?.close());

async function start({ log, ...own }: Partial<WebsiteConfig> & { log?: Logger } = {}): Promise<RunningWebsite> {
  const config = readConfig({ SITE_KEY: 'site-key', API_URL: apiUrl, WEBSITE_URL: 'https://www.example.se', SAMTYCKE_DATA: folder });
  const started = await startWebsite({ ...config, port: 0, logLevel: 'silent', ...own }, log);
  running.push(started);
  return started;
}

const pageOf = async (path: string, of = site): Promise<string> => (await fetch(of.url + path)).text();
const plain = (markup: string): string => markup.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '');
const hiddenOf = (page: string): Record<string, string> => Object.fromEntries([...page.matchAll(/<input type="hidden" name="(id|notice-[a-z]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]));

type Fields = Record<string, string | string[]>;
function encoded(fields: Fields): URLSearchParams {
  return new URLSearchParams(Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one])));
}

/** Fills in the form of a page and sends it as a browser without scripts does. */
async function send(path: string, fields: Fields, headers: Record<string, string> = {}): Promise<Response> {
  const body = encoded({ ...hiddenOf(await pageOf(path)), ...fields });
  return fetch(site.url + path, { method: 'POST', redirect: 'manual', body, headers: { origin: site.url, ...headers } });
}

async function mails(): Promise<ParsedMail[]> {
  const names = await readdir(join(folder, 'mail')).catch(() => [] as string[]);
  return Promise.all(names.filter((name) => name.endsWith('.eml')).map(async (name) => simpleParser(await readFile(join(folder, 'mail', name)))));
}
const waiting = async (): Promise<string[]> => readdir(join(folder, 'website/forms')).catch(() => []);
const someMail = (): Promise<ParsedMail> => until(async () => (await mails())[0]);

describe('a form', () => {
  test('that asks nothing of the ledger is one mail to the company, to answer, and then nowhere on the site any more', async () => {
    const answer = await send('/kontakt', OF_CONTACT);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/kontakt/tack']);
    const mail = await someMail();
    expect(mail.replyTo?.value).toEqual([{ name: 'Anna Å', address: 'anna@example.se' }]);
    expect([mail.to].flat()[0]?.text).toBe('marketing@advansor.dk');
    expect(mail.subject).toBe('Meddelande från webbplatsen');
    expect(mail.text).toContain('Meddelande\nHej!\n<b>När</b> är nästa kurs?');
    await until(async () => (await waiting()).length === 0);
    expect(calls).toEqual([]);
  });

  test('sends what was ticked to the ledger with the site key, under the text that stood at it', async () => {
    const answer = await send('/kontakt', { ...OF_CONTACT, yes: ['market-research', 'newsletter'] }, { 'user-agent': 'A browser' });
    expect(answer.headers.get('location')).toBe('/kontakt/tack?ja=newsletter,market-research');
    const { headers, body } = await until(() => calls[0]);
    expect(headers).toMatchObject({ authorization: 'Bearer site-key', origin: 'https://www.example.se', 'x-forwarded-for': '127.0.0.0', 'user-agent': 'A browser', 'idempotency-key': expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(body).toEqual({
      subject: { email: 'anna@example.se' },
      decisions: [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }, { purpose: 'market-research', decision: 'grant' }],
      notice: { id: 'contact', version: '1.4', locale: 'sv', snapshot: 'shown.contact' },
      capture: { context: 'contact', method: 'form', point: 'contact-form', url: 'https://www.example.se/kontakt' },
      occurredAt: expect.stringMatching(/Z$/),
    });
    expect(await pageOf('/kontakt/tack?ja=newsletter,market-research')).toMatch(/Nyhetsbrev<\/strong> Kolla din mejl[^]*Marknadsundersökningar/);
  });

  test('takes a yes only to what stands on it: another purpose in its fields is none', async () => {
    await send('/reklamation', { product: 'Vet inte', message: 'Den läcker', name: 'A', email: 'a@example.se', yes: ['newsletter', 'partner-sharing', 'market-research'] });
    expect((await until(() => calls[0])).body.decisions).toEqual([{ purpose: 'market-research', decision: 'grant' }]);
  });

  test('whose text was replaced while it stood open is given back under the new one, where something was ticked', async () => {
    const old = { ...OF_CONTACT, 'notice-version': '1.3' };
    const answer = await send('/kontakt', { ...old, yes: 'newsletter' });
    const text = await answer.text();
    expect([answer.status, plain(text).includes('har ändrats sedan du öppnade sidan'), hiddenOf(text)['notice-version']]).toEqual([422, true, '1.4']);
    expect(text).toMatch(/value="newsletter" checked/);
    expect([await waiting(), await mails()]).toEqual([[], []]);
    expect((await send('/kontakt', old)).status).toBe(303);
  });

  test('of an event takes a day that is to come and no other', async () => {
    const [day] = comingDays(courses[0] as (typeof courses)[0], new Date());
    const person = { name: 'A', email: 'a@example.se' };
    expect((await send('/utbildningar', { ...person, course: 'grund 2020-01-08' })).status).toBe(422);
    expect((await send('/utbildningar', { ...person, course: day?.value ?? '', yes: 'event-follow-up' })).status).toBe(303);
    expect((await someMail()).text).toContain(day?.value);
    expect((await until(() => calls[0])).body).toMatchObject({ notice: { id: 'business-event' }, capture: { context: 'business-event', point: 'event-sign-up' } });
  });

  test('that is sent many times at once is one, and each is told so', async () => {
    const fields = { ...hiddenOf(await pageOf('/kontakt')), ...OF_CONTACT };
    const answers = await Promise.all(Array.from({ length: 12 }, () => fetch(`${site.url}/kontakt`, { method: 'POST', redirect: 'manual', body: encoded(fields) })));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([303]));
    await until(async () => (await mails()).length === 1 && (await waiting()).length === 0);
  });

  test('that is sent twice is one, even after it was handed on; what was changed in it is another', async () => {
    const same = { ...hiddenOf(await pageOf('/kontakt')), ...OF_CONTACT, yes: 'newsletter' };
    const post = (more: Fields = {}): Promise<Response> => fetch(`${site.url}/kontakt`, { method: 'POST', redirect: 'manual', body: encoded({ ...same, ...more }) });
    await Promise.all([post(), post()]);
    await until(async () => (await mails()).length === 1 && (await waiting()).length === 0);
    expect((await post()).status).toBe(303);
    await post({ message: 'Nej, förresten' });
    await until(async () => (await mails()).length === 2 && (await waiting()).length === 0);
    expect(calls).toHaveLength(2);
  });
});

describe('what cannot be handed on', () => {
  test('waits on the disk for its owner alone, outlives the process, and is told once the ledger is back, under one key', async () => {
    status = 503;
    await send('/kontakt', { ...OF_CONTACT, yes: 'newsletter' });
    await someMail();
    await until(() => calls.length > 0);
    await site.stop();
    running = [];
    const [file] = await waiting();
    expect(JSON.parse(await readFile(join(folder, 'website/forms', file ?? ''), 'utf8'))).not.toHaveProperty('mail');
    status = 202;
    const before = calls.length;
    site = await start();
    await until(async () => (await waiting()).length === 0);
    expect(calls.length).toBe(before + 1);
    expect(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(new Set(calls.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await mails()).toHaveLength(1);
  });

  test('keeps nothing else waiting: the ledger hears of a yes while no mail can leave, and the mail leaves later, each once', async () => {
    await site.stop();
    running = [];
    site = await start({ smtpUrl: 'smtp://127.0.0.1:9' });
    await send('/kontakt', { ...OF_CONTACT, yes: 'newsletter' });
    await until(() => calls.length === 1);
    const left = async (): Promise<Submission> => JSON.parse(await readFile(join(folder, 'website/forms', (await waiting())[0] ?? ''), 'utf8')) as Submission;
    await until(async () => !('consents' in (await left())));
    expect((await left()).mail?.replyTo).toEqual({ name: 'Anna Å', address: 'anna@example.se' });
    await site.stop();
    running = [];
    site = await start();
    await until(async () => (await waiting()).length === 0);
    expect([calls.length, (await mails()).length]).toEqual([1, 1]);
  });

  test.each([401, 403])('because the site’s key does not hold (%i) is told with the key that the site has next', async (without) => {
    status = without;
    await send('/kontakt', { ...OF_CONTACT, yes: 'newsletter' });
    await until(() => calls.length > 0);
    await site.stop();
    running = [];
    expect(await waiting()).toHaveLength(1);
    status = 202;
    site = await start({ siteKey: 'the-next-key' });
    await until(async () => (await waiting()).length === 0);
    expect(calls.at(-1)?.headers.authorization).toBe('Bearer the-next-key');
    expect(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  test.each<[number, string]>([[200, '<!doctype html><form>Sign in</form>'], [200, '{}'], [404, 'no such page'], [404, JSON.stringify({ code: 'not_found' })], [413, '<html>too large</html>']])('is told to nobody else: what answers %i %s in place of the ledger does not end it', async (given, words) => {
    [status, answer] = [given, words];
    await send('/kontakt', { ...OF_CONTACT, yes: 'newsletter' });
    await until(() => calls.length > 0);
    await site.stop();
    running = [];
    expect(await waiting()).toHaveLength(1);
    [status, answer] = [202, JSON.stringify({ accepted: true })];
    site = await start();
    await until(async () => (await waiting()).length === 0);
    expect(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  test('and was only half written as the process was killed is gone: nobody was told that it had arrived', async () => {
    await site.stop();
    running = [];
    await mkdir(join(folder, 'website/forms'), { recursive: true });
    await writeFile(join(folder, 'website/forms/a1.json.new'), '{"form":"contact","mail":{"replyTo":{"name":"Anna');
    site = await start();
    expect(await waiting()).toEqual([]);
  });

  test('is not asked of the ledger for ever: a call that it refuses ends there, and the mail has gone all the same', async () => {
    status = 422;
    answer = JSON.stringify({ code: 'notice_unknown' });
    await send('/kontakt', { ...OF_CONTACT, yes: 'newsletter' });
    await until(async () => calls.length === 1 && (await waiting()).length === 0);
    expect(await mails()).toHaveLength(1);
  });
});

describe('a mail that the company’s mail server refuses for good', () => {
  let server: MailServer;
  let logged: Record<string, unknown>[];
  beforeEach(async () => {
    server = await startMailServer();
    logged = [];
  });
  afterEach(() => server.close());

  const aside = async (): Promise<string[]> => readdir(join(folder, 'website/forms-refused')).catch(() => []);
  const counts = async (): Promise<unknown> => (await fetch(`${site.url}/health/ready`)).json();
  /** The site with that mail server, in place of the one before. */
  async function restart(): Promise<void> {
    for (const one of running.splice(0)) await one.stop();
    site = await start({ smtpUrl: server.url, mailTo: 'office@example.se', log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) }) });
  }
  const refusing = (said: string, at: MailWord = 'RCPT TO'): void => {
    server.answer = (word) => (word === at ? said : undefined);
  };
  /** Some that were refused on a day, as the site keeps them. */
  async function refusedBefore(count: number, at: Date): Promise<void> {
    await mkdir(join(folder, 'website/forms-refused'), { recursive: true });
    const mail = { subject: 'x', text: 'x', replyTo: { name: 'Anna', address: 'anna@example.se' }, attachments: [] };
    for (let each = 0; each < count; each += 1) {
      const refused = { form: 'contact', at: at.toISOString(), mail: { ...mail, id: `b${each}` }, code: 550 };
      await writeFile(join(folder, `website/forms-refused/${at.getTime() + each}-b${each}.json`), JSON.stringify(refused));
    }
  }

  test.each<[said: string, at: MailWord]>([['550 no such mailbox: office@example.se', 'RCPT TO'], ['554 spam', 'text']])('(%s) ends the trying: it is put aside with the code, counted, and told to whoever reads the log; what was ticked goes its way', async (said, at) => {
    refusing(said, at);
    await restart();
    await send('/kontakt', { ...OF_CONTACT, yes: 'newsletter' });
    const [name = ''] = await until(async () => (await waiting()).length === 0 && (await aside()).length === 1 && aside());
    const code = Number(said.slice(0, 3));
    expect(JSON.parse(await readFile(join(folder, 'website/forms-refused', name), 'utf8'))).toEqual({ form: 'contact', at: expect.any(String), code, mail: expect.objectContaining({ replyTo: { name: 'Anna Å', address: 'anna@example.se' } }) });
    expect((await stat(join(folder, 'website/forms-refused', name))).mode & 0o077).toBe(0);
    expect([calls.length, await counts()]).toEqual([1, { status: 'ok', formsWaiting: 0, formsRefused: 1 }]);
    expect(logged.filter(({ level }) => Number(level) >= 50)).toEqual([expect.objectContaining({ form: 'contact', status: code, refused: 1 })]);
    expect(JSON.stringify(logged)).not.toMatch(/anna|office@/i);
  });

  test('is tried once more when the site starts anew, and is then one mail and nowhere else; refused again it lies where it lay', async () => {
    refusing('550 no such mailbox');
    await restart();
    await send('/kontakt', OF_CONTACT);
    const before = await until(async () => (await aside()).length === 1 && aside());
    let asked = 0;
    server.answer = (word) => (word === 'RCPT TO' && (asked += 1) > 0 ? '550 no such mailbox' : undefined);
    await restart();
    await until(() => asked === 1);
    expect([await aside(), await waiting()]).toEqual([before, []]);
    server.answer = () => undefined;
    await restart();
    await until(async () => (await aside()).length === 0);
    expect([server.taken, await waiting()]).toEqual([['office@example.se'], []]);
  });

  test('closes no form, however many there are: of more than a thousand the oldest goes, and this is told', async () => {
    await refusedBefore(1_000, new Date(Date.now() - 86_400_000));
    refusing('550 no such mailbox');
    await restart();
    expect((await send('/kontakt', OF_CONTACT)).status).toBe(303);
    await until(async () => (await waiting()).length === 0 && !(await aside()).some((name) => name.endsWith('-b0.json')));
    expect(await aside()).toHaveLength(1_000);
    expect(logged).toContainEqual(expect.objectContaining({ submission: 'b0', msg: expect.stringContaining('dropped') }));
  });

  test('is removed after 30 days', async () => {
    await refusedBefore(1, new Date(Date.now() - 30 * 86_400_000 - 60_000));
    await restart();
    await until(async () => (await aside()).length === 0);
    expect(server.taken).toEqual([]);
  });

  test('is none that the server puts off, or whose sender it does not take: this one waits as before', async () => {
    const waits = new Set<unknown>();
    for (const [said, at] of [['450 later', 'RCPT TO'], ['550 not yours', 'MAIL FROM']] as const) {
      refusing(said, at);
      await restart();
      await send('/kontakt', { ...OF_CONTACT, message: said });
      const another = () => logged.find(({ msg, submission }) => msg === 'a form waits to be handed on' && !waits.has(submission));
      await until(() => another() !== undefined);
      waits.add(another()?.submission);
    }
    expect([(await waiting()).length, await aside(), await counts()]).toEqual([2, [], { status: 'ok', formsWaiting: 2, formsRefused: 0 }]);
  });
});

test('while the company’s mail server hangs a yes is told to the ledger, and stands with its mail alone', async () => {
  const log = pino({ level: 'silent' });
  let letGo: (() => void) | undefined;
  const hangs = new Promise<void>((resolve) => (letGo = resolve));
  const post = (): Promise<void> => hangs;
  const spool = createSpool<Submission>(join(folder, 'own'));
  const refused = new RefusedMails({ spool: createSpool<RefusedMail>(join(folder, 'refused')), post, log });
  const delivery = new Delivery({ spool, refused, post, siteKey: 'site-key', log });
  const mail = { id: 'a1', subject: 'x', text: 'x', replyTo: { name: 'Anna Å', address: 'anna@example.se' }, attachments: [] };
  const submission = { form: 'contact', at: new Date().toISOString(), mail };
  await delivery.take('a1', submission);
  await delivery.take('a2', { ...submission, consents: { url: `${apiUrl}/v1/consents`, headers: {}, body: '{}' } });
  await until(async () => calls.length === 1 && (await spool.get('a2'))?.consents === undefined);
  expect([(await spool.list()).sort(), (await spool.get('a2'))?.mail]).toEqual([['a1', 'a2'], mail]);
  letGo?.();
  await until(async () => (await spool.list()).length === 0);
  await delivery.stop();
});

test('a log line names a form, an id and codes, and nobody', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const post = async (): Promise<void> => {
    throw Object.assign(new Error('no such mailbox: anna@example.se'), { code: 'EENVELOPE', response: '550 anna@example.se' });
  };
  const refused = new RefusedMails({ spool: createSpool<RefusedMail>(join(folder, 'refused')), post, log });
  const delivery = new Delivery({ spool: createSpool<Submission>(join(folder, 'own')), refused, post, siteKey: 'site-key', log });
  const mail = { id: 'a1', subject: 'x', text: 'x', replyTo: { name: 'Anna Å', address: 'anna@example.se' }, attachments: [] };
  await delivery.take('a1', { form: 'contact', at: new Date().toISOString(), mail });
  await until(() => lines.length > 0);
  await delivery.stop();
  expect(lines.join()).toMatch(/"submission":"a1"[^]*"code":"EENVELOPE"/);
  expect(lines.join()).not.toMatch(/anna|@|550/i);
});

describe('a form that is wrong', () => {
  test('comes back with all that was typed, what is wrong at its fields and above them, and hands on nothing', async () => {
    const answer = await send('/kontakt', { name: '"><script>', email: 'anna', topic: 'Annat', message: '', phone: 'ring!', yes: 'newsletter' });
    const text = await answer.text();
    expect(answer.status).toBe(422);
    expect(text).toContain('<title>Rätta: Kontakt | Advansor</title>');
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;"');
    expect(text).toMatch(/value="anna"[^>]* aria-describedby="contact-email-fault" aria-invalid="true" autofocus/);
    expect(text.match(/ autofocus/g)).toHaveLength(1);
    for (const words of ['Kontrollera adressen', 'Kontrollera numret', 'Välj vad det gäller.', 'Skriv vad du undrar över.']) expect(text.split(words)).toHaveLength(3);
    expect(text).toMatch(/value="newsletter" checked/);
    expect([await mails(), await waiting(), calls]).toEqual([[], [], []]);
  });

  test.each([
    ['name', 'x'.repeat(101)], ['name', 'a\r\nBcc: x@example.se'], ['email', 'a@example.se, b@example.se'], ['email', 'a@b'], ['message', 'x'.repeat(4001)], ['message', 'a\u0000b'],
  ])('%s may not be %j', async (name, value) => {
    const answer = await send('/kontakt', { ...OF_CONTACT, [name]: value });
    expect([answer.status, (await answer.text()).includes(`id="contact-${name}-fault"`)]).toEqual([422, true]);
  });

  test('nothing is ticked before somebody ticks it', async () => {
    for (const path of [...FORM_PATHS, '/utvecklare', '/']) expect(await pageOf(path)).not.toMatch(/<input[^>]* checked/);
  });

  test('what is no form at all is a page that says so, and no fault of ours', async () => {
    const post = (body: string | Buffer, type: string): Promise<Response> => fetch(`${site.url}/reklamation`, { method: 'POST', body: body as never, headers: { 'content-type': type } });
    expect((await post('{}', 'application/json')).status).toBe(415);
    expect((await post('broken', 'multipart/form-data; boundary=x')).status).toBe(400);
    expect((await post(Buffer.alloc(17 * 1024 * 1024), 'multipart/form-data; boundary=x')).status).toBe(413);
    expect((await post('a'.repeat(70_000), 'application/x-www-form-urlencoded')).status).toBe(413);
    expect((await fetch(`${site.url}/produkter`, { method: 'POST', body: 'a=b' })).status).toBeLessThan(500);
  });
});

describe('files', () => {
  const PNG = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47]), Buffer.alloc(2_000, 7)]);
  async function complain(files: [string, Buffer][], more: Fields = {}): Promise<Response> {
    const data = new FormData();
    const fields = { ...hiddenOf(await pageOf('/reklamation')), product: 'Vet inte', message: 'Den läcker', name: 'A', email: 'a@example.se', confirmed: 'yes', ...more };
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) data.append(name, one);
    for (const [name, bytes] of files) data.append('files', new Blob([new Uint8Array(bytes)]), name);
    return fetch(`${site.url}/reklamation`, { method: 'POST', redirect: 'manual', body: data });
  }

  test('go with the mail byte for byte, under a plain name and the type of their content', async () => {
    expect((await complain([['../å"bild\n.png', PNG]])).status).toBe(303);
    const [attachment] = (await someMail()).attachments;
    expect(attachment?.content.equals(PNG)).toBe(true);
    expect([attachment?.contentType, attachment?.filename]).toEqual(['image/png', expect.stringMatching(/^[\p{L}\p{N} ._-]+$/u)]);
  });

  test('are taken only with the word that they may be given, three at most, of three kinds, together of 10 MB', async () => {
    const wrong: [[string, Buffer][], Fields][] = [
      [[['a.png', PNG]], { confirmed: '' }],
      [[['a.png', Buffer.from('<script>')]], {}],
      [[1, 2, 3, 4].map((at): [string, Buffer] => [`${at}.png`, PNG]), {}],
      [[['a.png', Buffer.concat([PNG, Buffer.alloc(10 * 1024 * 1024)])]], {}],
    ];
    for (const [files, more] of wrong) {
      const answer = await complain(files, more);
      expect([answer.status, (await answer.text()).includes('id="complaint-files-fault"')]).toEqual([422, true]);
    }
  });
});

describe('abuse', () => {
  test('another site sends no form through a visitor’s browser', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }] as Record<string, string>[]) expect((await send('/kontakt', OF_CONTACT, headers)).status).toBe(403);
    expect(await mails()).toEqual([]);
  });

  test('above twenty in ten minutes from one network the form comes back as it was, with the time to wait; what came back before is not counted', async () => {
    for (let count = 0; count < 20; count += 1) expect((await send('/kontakt', { ...OF_CONTACT, message: `${count}`, email: count % 2 ? 'anna' : OF_CONTACT.email })).status).toBe(count % 2 ? 422 : 303);
    for (let count = 0; count < 10; count += 1) expect((await send('/kontakt', { ...OF_CONTACT, message: `och ${count}` })).status).toBe(303);
    const answer = await send('/kontakt', { ...OF_CONTACT, message: 'En till' });
    expect([answer.status, Number(answer.headers.get('retry-after')) > 300]).toEqual([429, true]);
    expect(await answer.text()).toMatch(/många formulär från ditt nätverk[^]*En till/);
  });

  test('one network’s flood is its own, and is not even read; all together have a limit too', () => {
    const rates = createRates({ each: 2, all: 4, flood: 5 });
    for (let count = 0; count < 5; count += 1) expect(rates.isFlood('192.0.2.1')).toBe(false);
    expect([rates.isFlood('192.0.2.77'), rates.isFlood('198.51.100.1')]).toEqual([true, false]);
    for (const address of ['192.0.2.1', '192.0.2.2', '198.51.100.1', '2001:db8::1']) expect(rates.secondsOver(address)).toBeUndefined();
    expect(rates.secondsOver('192.0.2.3')).toBeGreaterThan(500);
    expect(rates.secondsOver('203.0.113.1')).toBeGreaterThan(500);
  });
});

describe('the lines that a builder copies', () => {
  const CODE = /<code>([^]*?)<\/code>/g;
  const codesOf = (page: string): string[] => [...page.matchAll(CODE)].map(([, code = '']) => plain(code));

  test.each(FORM_PATHS)('the fold-out on %s holds the form of that page, letter for letter, and the call that is made when it is sent', async (path) => {
    const page = await pageOf(path);
    const [form = '', call = ''] = codesOf(page);
    expect(form).toMatch(/^<form [^]*<\/form>$/);
    expect(page.replace(CODE, '')).toContain(form);
    const yes = [...form.matchAll(/name="yes" value="([a-z-]+)"/g)].map(([, id = '']) => id);
    const [course = ''] = [...form.matchAll(/name="course" value="([^"]+)"/g)].map(([, value = '']) => value);
    const fields: Fields = { ...hiddenOf(form), name: 'Anna', email: 'anna@example.se', topic: 'Utbildning', product: 'Vet inte', message: 'Hej', course, yes };
    expect((await fetch(site.url + path, { method: 'POST', redirect: 'manual', body: encoded(fields) })).status).toBe(303);
    const { headers, body } = await until(() => calls[0]);
    const shown = JSON.parse(/ -d '([^]*)'$/.exec(call)?.[1] ?? '') as object;
    expect(body).toEqual({ ...shown, occurredAt: expect.any(String), decisions: expect.arrayContaining((shown as { decisions: object[] }).decisions) });
    for (const [, name = '', value = ''] of call.matchAll(/-H '([a-z-]+): ([^']*)'/g)) if (name !== 'idempotency-key') expect([name, headers[name]]).toEqual([name, value]);
  });

  test('the page for builders shows the newsletter, the question about cookies and the way to the portal as they stand on the site', async () => {
    const codes = codesOf(await pageOf('/utvecklare'));
    for (const [path, part] of [['/', '<samtycke-subscribe'], ['/', '/samtycke.js"'], ['/kundportalen', 'aria-describedby="portal-notice"']] as const) {
      const code = codes.find((one) => one.includes(part));
      expect(code).toBeDefined();
      expect(await pageOf(path)).toContain(code);
    }
    for (const path of FORM_PATHS) expect(codes.filter((code) => code.startsWith('<form') && code.includes(`action="${path}"`))).toHaveLength(1);
  });
});
