import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';
import { pino } from 'pino';
import { startMailServer } from '#testing';
import { mailbox, type Mailbox } from '../setup/mailbox.js';

/** Where the catalogue says that complaints go. */
const COMPANY = 'marketing@advansor.dk';

let api: TestApi;
let mails: Mailbox;
beforeAll(async () => {
  api = await testApi();
});
beforeEach(async () => {
  mails = mailbox(api);
  await mails.follow();
  mails.sent.length = 0;
});
afterAll(() => api.close());

const act = (person: string, what: string, body: object) => api.post(`/v1/people/${person}/${what}`, body, api.keys['people:write'], { 'samtycke-reason': 'a test' });
async function known(): Promise<{ person: string; email: string }> {
  const subject = someone();
  const { body } = await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  return { person: body.person as string, ...subject };
}
const complain = async (person: string): Promise<string> => (await act(person, 'complaints', { text: 'Ni ringde Anna på jobbet', country: 'SE' }).expect(201)).body.right as string;

test('a complaint and a correction in words reach the company by one mail each, which says what came, by when it is answered and how to open it', async () => {
  const { person, email } = await known();
  const complaint = await complain(person);
  const { body: correction } = await act(person, 'rectify', { text: 'Jag heter Anna' }).expect(200);
  await mails.follow();
  await mails.follow();
  expect(mails.sent.map(({ to, subject, id }) => [to, subject.replace(/\d+\. \S+ \d{4}/, 'D'), id])).toEqual([
    [COMPANY, 'Klage – skal besvares senest den D', `right-${complaint}`],
    [COMPANY, 'Anmodning om rettelse – skal besvares senest den D', `right-${correction.right}`],
  ]);
  for (const [at, right] of [complaint, correction.right].entries()) {
    const { text = '', html = '' } = mails.sent[at] ?? {};
    for (const form of [text, html]) expect(form).toContain(`samtycke rights show ${right}`);
    for (const personal of ['Anna', email, person, 'jobbet']) expect(`${text}${html}${mails.sent[at]?.subject}`).not.toContain(personal);
  }
});

test('what was met by the call that asked for it, closed since, or asked by somebody who was erased needs no answer, and no mail', async () => {
  const [met, closed, erased] = [await known(), await known(), await known()];
  await act(met.person, 'restrict', { ground: 'eu-gdpr:A18-1-a' }).expect(200);
  await act(met.person, 'access', {}).expect(200);
  const right = await complain(closed.person);
  await act(closed.person, `rights/${right}/close`, { outcome: 'answered' }).expect(200);
  await complain(erased.person);
  await act(erased.person, 'erase', {}).expect(200);
  await mails.follow();
  expect(mails.sent).toEqual([]);
});

test('where the company’s own server refuses the mail for good it is given up, and the log says by its code where the right is found: it stays open', async () => {
  const server = await startMailServer();
  server.answer = (word) => (word === 'RCPT TO' ? `550 no such mailbox: ${COMPANY}` : undefined);
  const lines: string[] = [];
  const refused = mailbox(api, { smtpUrl: server.url, log: pino({}, { write: (line: string) => void lines.push(line) }) });
  const { person } = await known();
  const right = await complain(person);
  await refused.follow();
  await Promise.all([refused.close(), server.close()]);
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ event }) => event === right);
  expect(told).toEqual([expect.objectContaining({ level: 50, kind: 'right', failure: 'refused', code: 550, msg: expect.stringContaining('samtycke rights list') })]);
  expect(lines.join()).not.toMatch(/@|no such/);
  const { body } = await api.get(`/v1/people/${person}/rights`, api.keys['people:read']).expect(200);
  expect(body.rights).toEqual([expect.objectContaining({ right: 'complaint' })]);
  expect((await api.fresh.pool.query('SELECT 1 FROM due_mails WHERE person = $1', [person])).rowCount).toBe(0);
});

test('a mail server that is away keeps none from the company: it leaves once the server is back', async () => {
  const { person } = await known();
  await complain(person);
  mails.down = true;
  await expect(mails.follow()).rejects.toThrow('down');
  mails.down = false;
  await mails.follow();
  expect(mails.to(COMPANY)).toHaveLength(1);
});

test('where the catalogue names no address nobody is written to, and nothing waits for ever', async () => {
  const { document } = api.fresh.catalogue;
  const { person } = await known();
  await complain(person);
  (api.fresh.catalogue as { document: unknown }).document = { ...(document as object), controllers: [], rights: [] };
  await mails.follow();
  (api.fresh.catalogue as { document: unknown }).document = document;
  expect(mails.sent).toEqual([]);
  expect((await api.fresh.pool.query('SELECT kind FROM due_mails')).rows).toEqual([]);
});
