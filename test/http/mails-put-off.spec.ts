import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startMailServer, type MailServer, type MailWord } from '#testing';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';
import { followedBy } from '../setup/follow.js';
import { mailbox, type Mailbox } from '../setup/mailbox.js';

/** A worker that starts anew has nothing left to send for earlier tests. */
const NOTE_ALL = `
INSERT INTO mails (ledger, kind, event, person, sent_at)
SELECT DISTINCT ledger, k.kind, k.reference, person, '2026-01-01T00:00:00Z'::timestamptz FROM events, LATERAL (VALUES ('confirmation', event), ('way-back', request)) AS k(kind, reference) ON CONFLICT DO NOTHING`;

let api: TestApi;
let server: MailServer;
let mails: Mailbox;
beforeAll(async () => {
  process.env.TRUST_PROXY = '127.0.0.1';
  api = await testApi();
});
beforeEach(async () => {
  server = await startMailServer();
  mails = worker();
});
afterEach(async () => {
  await mails.close();
  await server.close();
  await api.fresh.pool.query('DELETE FROM due_mails');
  await api.fresh.pool.query(NOTE_ALL);
});
afterAll(async () => {
  delete process.env.TRUST_PROXY;
  await api.close();
});

const worker = (): Mailbox => mailbox(api, { smtpUrl: server.url.replace('//', '//user:secret@') });
let networks = 0;
const network = (): string => `10.${(networks += 1)}.2.7`;
const site = (body: unknown) => api.post('/v1/consents', body, api.siteKey, { origin: ORIGIN, 'x-forwarded-for': network() });
const WITHDRAW = { decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] };
const personOf = async (email: string): Promise<string> => (await api.post('/v1/people/lookup', { subject: { email } }, api.keys['people:read']).expect(200)).body.person;
/** What waits, and for how many minutes. */
const waiting = async (): Promise<{ kind: string; tries: number; minutes: number }[]> =>
  (await api.fresh.pool.query('SELECT kind, tries, (extract(epoch FROM due_at - now()) / 60)::float AS minutes FROM due_mails ORDER BY due_at')).rows;
const forward = () => api.fresh.pool.query('UPDATE due_mails SET due_at = now()');
/** The server says this to one address, and takes the mails of all others. */
function saying(email: string, said: string, at: MailWord = 'RCPT TO'): void {
  server.answer = (word, to) => (word === at && to === email ? said : undefined);
}
/** By the clock of whoever works here; that of the database stays. */
async function inDays(days: number, work: () => Promise<void>): Promise<void> {
  jest.useFakeTimers({ now: Date.now() + days * 86_400_000, advanceTimers: true, doNotFake: ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  try {
    await work();
  } finally {
    jest.useRealTimers();
  }
}
const fine = (): void => {
  server.answer = () => undefined;
};

/** What brings a mail about: a request by form, and a withdrawal that somebody typed. */
const causes: [kind: string, act: () => Promise<string>][] = [
  ['confirmation', async () => {
    const { email } = someone();
    await site({ subject: { email }, ...NEWSLETTER }).expect(202);
    return email;
  }],
  ['way-back', async () => {
    const { email } = someone();
    await api.post('/v1/consents', { subject: { email }, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
    await site({ subject: { email }, ...WITHDRAW }).expect(202);
    return email;
  }],
];

describe.each(causes)('a mail (%s)', (kind, act) => {
  test.each(['450 greylisted', '452 mailbox full', '421 too many', 'end'])('that the server puts off (%s) holds up nobody else’s, survives a restart, is tried again later and not before, and leaves once', async (said) => {
    const email = await act();
    saying(email, said);
    const other = await act();
    await mails.follow();
    expect(server.taken).toEqual([other]);
    fine();
    await mails.close();
    mails = worker();
    await mails.follow();
    expect(server.taken).toEqual([other]);
    expect(await waiting()).toEqual([{ kind, tries: 1, minutes: expect.closeTo(1, 0) }]);
    await forward();
    await mails.follow();
    await mails.follow();
    expect(server.taken).toEqual([other, email]);
    expect(await waiting()).toEqual([]);
  });

  test('that cannot be written, since its address cannot be opened, holds up nobody else’s, however many there are', async () => {
    const broken: string[] = [];
    for (let times = 0; times < 5; times += 1) broken.push(await personOf(await act()));
    await api.fresh.pool.query(`UPDATE identifiers SET sealed = sha256(''::bytea) || sealed WHERE person = ANY ($1)`, [broken]);
    const other = await act();
    for (let rounds = 0; rounds < 3; rounds += 1) await mails.follow();
    expect(server.taken).toEqual([other]);
    expect(await waiting()).toHaveLength(5);
    await api.fresh.pool.query('UPDATE identifiers SET sealed = substring(sealed FROM 33) WHERE person = ANY ($1)', [broken]);
    await forward();
    await mails.follow();
    expect(server.taken).toHaveLength(6);
  });

  test('that the server puts off again and again is tried at ever longer intervals', async () => {
    saying(await act(), '451 later', 'text');
    await mails.follow();
    for (let times = 0; times < 4; times += 1) {
      await forward();
      await mails.follow();
    }
    const [mail] = await waiting();
    expect(mail?.tries).toBe(5);
    expect(mail?.minutes).toBeGreaterThan(100);
  });

  test('that could not leave for more than a week is tried again as any other where the server puts it off then, and given up once it was put off six times', async () => {
    const email = await act();
    server.answer = (word) => (word === 'greeting' ? 'end' : undefined);
    await expect(mails.follow()).rejects.toThrow();
    saying(email, '450 greylisted');
    await inDays(8, () => mails.follow());
    expect(await waiting()).toEqual([{ kind, tries: 1, minutes: expect.closeTo(8 * 24 * 60 + 1, 0) }]);
    for (let times = 0; times < 5; times += 1) {
      await forward();
      await inDays(8, () => mails.follow());
    }
    expect(await waiting()).toEqual([{ kind, tries: 6, minutes: expect.any(Number) }]);
    await forward();
    await inDays(8, () => mails.follow());
    expect([server.taken, await waiting()]).toEqual([[], []]);
  });

  test('that leaves late says for how many days its link works yet', async () => {
    const late = mailbox(api);
    late.down = true;
    const email = await act();
    await expect(late.follow()).rejects.toThrow();
    late.down = false;
    await inDays(3, () => late.follow());
    await late.close();
    const days = { confirmation: 7, 'way-back': 30 }[kind] ?? 0;
    expect(late.to(email).map(({ text }) => /(\d+) dagar/.exec(text)?.[1])).toEqual([String(days - 3)]);
  });

  test('that the server refuses for good is given up', async () => {
    saying(await act(), '550 no such user');
    await mails.follow();
    expect([server.taken, await waiting()]).toEqual([[], []]);
  });

  test('that may have arrived is not sent again the same day, but once that is over', async () => {
    const email = await act();
    saying(email, 'end', 'text');
    await mails.follow();
    expect(await waiting()).toEqual([{ kind, tries: 1, minutes: expect.closeTo(24 * 60, 0) }]);
    fine();
    await inDays(1.01, () => mails.follow());
    expect([server.taken, await waiting()]).toEqual([[email], []]);
  });

  test.each<[string, MailWord, string]>([
    ['the password', 'AUTH', '535 who are you'],
    ['the sender', 'MAIL FROM', '553 not yours'],
    ['anybody', 'greeting', 'end'],
  ])('while the server does not take %s waits with all others, and leaves once that is mended', async (_what, at, said) => {
    const emails = [await act(), await act()];
    server.answer = (word) => (word === at ? said : undefined);
    await expect(mails.follow()).rejects.toThrow();
    expect(await waiting()).toEqual(Array(2).fill({ kind, tries: 0, minutes: expect.any(Number) }));
    fine();
    await mails.follow();
    expect(server.taken.sort()).toEqual(emails.sort());
  });

  test('that was put off is dropped where the person decided meanwhile, or was erased', async () => {
    const [decided, erased] = [await act(), await act()];
    server.answer = (word) => (word === 'RCPT TO' ? '450 later' : undefined);
    await mails.follow();
    fine();
    const decision = kind === 'confirmation' ? WITHDRAW : NEWSLETTER;
    await api.post('/v1/consents', { subject: { email: decided }, ...decision }, api.keys['consents:write']).expect(201);
    await api.post(`/v1/people/${await personOf(erased)}/erase`, {}, api.keys['people:write']).expect(200);
    await forward();
    await mails.follow();
    expect([server.taken, await waiting()]).toEqual([[], []]);
  });
});

describe('who asks, withdraws and asks again within a day', () => {
  async function askedAgain(): Promise<string> {
    const { email } = someone();
    for (const wish of [NEWSLETTER, WITHDRAW, NEWSLETTER]) {
      await site({ subject: { email }, ...wish }).expect(202);
      await mails.follow();
    }
    expect([server.taken, await waiting()]).toEqual([[email], [{ kind: 'confirmation', tries: 1, minutes: expect.closeTo(24 * 60, 0) }]]);
    return email;
  }
  /** A day passes. */
  const nextDay = async (): Promise<void> => {
    await api.fresh.pool.query(`UPDATE mails SET sent_at = sent_at - interval '24 hours' WHERE kind LIKE 'confirmation%'`);
    await forward();
    await mails.follow();
  };

  test('gets the mail that he was promised a day after the first, once', async () => {
    const email = await askedAgain();
    await forward();
    await mails.follow();
    expect(server.taken).toEqual([email]);
    await nextDay();
    await nextDay();
    expect([server.taken, await waiting()]).toEqual([[email, email], []]);
  });

  test('gets none where he has withdrawn before that day is over', async () => {
    const email = await askedAgain();
    await site({ subject: { email }, ...WITHDRAW }).expect(202);
    await nextDay();
    expect([server.taken, await waiting()]).toEqual([[email], []]);
  });

  test('gets one a day, too, where it is unclear whether the first arrived; of the two only the one that is still wanted leaves then', async () => {
    const { email } = someone();
    await site({ subject: { email }, ...NEWSLETTER }).expect(202);
    saying(email, 'end', 'text');
    await mails.follow();
    fine();
    for (const wish of [WITHDRAW, NEWSLETTER]) await site({ subject: { email }, ...wish }).expect(202);
    await mails.follow();
    expect([server.taken, await waiting()]).toEqual([[], Array(2).fill({ kind: 'confirmation', tries: 1, minutes: expect.closeTo(24 * 60, 0) })]);
    await nextDay();
    await nextDay();
    expect([server.taken, await waiting()]).toEqual([[email], []]);
  });

  test('gets one a day where it is unclear again and again whether it arrived', async () => {
    const { email } = someone();
    await site({ subject: { email }, ...NEWSLETTER }).expect(202);
    saying(email, 'end', 'text');
    await mails.follow();
    await nextDay();
    fine();
    for (const wish of [WITHDRAW, NEWSLETTER]) await site({ subject: { email }, ...wish }).expect(202);
    await forward();
    await mails.follow();
    expect([server.taken, await waiting()]).toEqual([[], [{ kind: 'confirmation', tries: 1, minutes: expect.closeTo(24 * 60, 0) }]]);
    await nextDay();
    expect([server.taken, await waiting()]).toEqual([[email], []]);
  });
});

test('an erasure removes the mails that wait', async () => {
  const { email } = someone();
  await site({ subject: { email }, ...NEWSLETTER }).expect(202);
  saying(email, '450 later');
  await mails.follow();
  expect(await waiting()).toHaveLength(1);
  await api.post(`/v1/people/${await personOf(email)}/erase`, {}, api.keys['people:write']).expect(200);
  const jobs = followedBy(api);
  await jobs.follow('erasures');
  await jobs.close();
  expect(await waiting()).toEqual([]);
});
