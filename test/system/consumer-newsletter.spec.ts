import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type AddressObject } from 'mailparser';
import pg from 'pg';
import { SMTPServer } from 'smtp-server';
import type { Preferences } from '#contracts';
import { startMailServer, until } from '#testing';
import { addressOf, createNewsletterWorld, known, linkOf, type NewsletterWorld, type IssueAnswer } from './consumer-newsletter-world.js';

let newsletter: NewsletterWorld;
beforeEach(async () => {
  newsletter = await createNewsletterWorld();
});
afterEach(() => newsletter?.close());

const toOf = (to: AddressObject | AddressObject[] | undefined): string => (Array.isArray(to) ? to[0] : to)?.text ?? '';

describe('an issue', () => {
  test('goes to everybody on the list, once, with the person’s own one-click unsubscribe in the header and in the text', async () => {
    await newsletter.start();
    const people = await newsletter.subscribe(12);
    const id = await newsletter.write({ subject: 'Kyla & värme <nytt>' });
    expect(await newsletter.finished(id)).toMatchObject({ progress: { queued: 0, sent: 12, leftOut: {} } });
    const mails = await newsletter.mails();
    expect(mails.map(({ to }) => toOf(to)).sort()).toEqual(people.map(addressOf).sort());
    for (const person of people) {
      const mail = mails.find(({ to }) => toOf(to) === addressOf(person));
      const raw = mail?.headerLines.find(({ key }) => key === 'list-unsubscribe')?.line;
      expect(raw).toBe(`List-Unsubscribe: <${linkOf(person)}>`);
      expect(mail?.headers.get('list-unsubscribe-post') ?? mail?.headerLines.find(({ key }) => key === 'list-unsubscribe-post')?.line).toMatch(/List-Unsubscribe=One-Click$/);
      expect(mail?.subject).toBe('Kyla & värme <nytt>');
      expect(mail?.text).toContain(linkOf(person));
      expect(mail?.html).toContain('Kyla &amp; värme &lt;nytt&gt;');
    }
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(12);
  });

  test('leaves out whoever withdraws between the list and the mail, also in the moment in which his address is asked for', async () => {
    await newsletter.start();
    const [early = '', during = '', stays = ''] = await newsletter.subscribe(3);
    let withdrawn: Promise<unknown> | undefined;
    const acted = (person: string) => async (): Promise<boolean> => !(await newsletter.get<{ people: { person: string }[] }>('/api/list')).people.some((one) => one.person === person);
    newsletter.api.answer = async (person) => {
      if (person !== stays) {
        await newsletter.world.writer.send(newsletter.world.writer.withdraw(person, 'newsletter', { channels: [] }));
        await until(acted(person));
      } else {
        withdrawn ??= until(acted(early)).then(() => until(acted(during)));
        await withdrawn;
      }
      return known(person);
    };
    const id = await newsletter.write();
    expect(await newsletter.finished(id)).toMatchObject({ progress: { sent: 1, leftOut: { withdrawn: 2 } } });
    expect((await newsletter.mails()).map(({ to }) => toOf(to))).toEqual([addressOf(stays)]);
  });

  test('leaves out who asked for a pause, who has no address, and whom the api does not give out', async () => {
    await newsletter.start();
    const [paused = '', nameless = '', unknown = '', gone = '', stays = ''] = await newsletter.subscribe(5);
    newsletter.api.answer = async (person) => {
      if (person === nameless) return { body: { identifiers: [{ id: randomUUID(), kind: 'phone', value: '+46701234567' }], unsubscribe: linkOf(person) } };
      if (person === gone) return { status: 404, body: { code: 'person_unknown' } };
      return person === unknown ? { body: { identifiers: [] } } : known(person);
    };
    const { writer: write } = newsletter.world;
    const pausedUntil = '2099-01-01T00:00:00.000000Z';
    await write.send(write.next(paused, { type: 'preferences-changed', purpose: 'newsletter', after: { status: 'given', allowed: true, channels: ['email'], preferences: { pausedUntil } } }));
    await until(async () => (await newsletter.get<{ paused: number }>('/api/list')).paused === 1);
    const id = await newsletter.write();
    expect((await newsletter.finished(id)).progress).toEqual({ queued: 0, sent: 1, leftOut: { withdrawn: 2, 'no-address': 1 } });
    expect((await newsletter.mails()).map(({ to }) => toOf(to))).toEqual([addressOf(stays)]);
    expect(newsletter.api.asked).not.toContain(paused);
  });

  /** People who said yes, each with wishes of his own, once the newsletter knows of them. */
  async function wishing(...wishes: Preferences[]): Promise<string[]> {
    const { writer: write } = newsletter.world;
    const people = await newsletter.subscribe(wishes.length);
    const changed = async (): Promise<number> => (await newsletter.get<{ type: string }[]>('/api/reactions')).filter(({ type }) => type === 'preferences-changed').length;
    const before = await changed();
    await write.send(...people.map((person, at) => write.next(person, { type: 'preferences-changed', purpose: 'newsletter', after: { status: 'given', allowed: true, channels: ['email'], preferences: wishes[at] } })));
    await until(async () => (await changed()) === before + people.length);
    return people;
  }
  /** Who got the issue. */
  const readers = async (subject: string): Promise<string[]> => (await newsletter.mails()).filter((mail) => mail.subject === subject).map(({ to }) => toOf(to)).sort();
  const addressesOf = (people: (string | undefined)[]): string[] => people.map((person) => addressOf(person ?? '')).sort();

  test('goes to those who wish for its topic and language, or have no wish; one without either goes to all', async () => {
    await newsletter.start();
    const [products, training, both, dane, none] = await wishing({ topics: ['products'] }, { topics: ['training'] }, { topics: ['products', 'training'], language: 'sv' }, { language: 'da' }, {});
    for (const [subject, kind] of [['Produkter', { topic: 'products' }], ['Svenska', { language: 'sv' }], ['Båda', { topic: 'products', language: 'sv' }], ['Alla', {}]] as const) await newsletter.finished(await newsletter.write({ subject, ...kind }));
    expect(await readers('Produkter')).toEqual(addressesOf([products, both, dane, none]));
    expect(await readers('Svenska')).toEqual(addressesOf([products, training, both, none]));
    expect(await readers('Båda')).toEqual(addressesOf([products, both, none]));
    expect(await readers('Alla')).toEqual(addressesOf([products, training, both, dane, none]));
    const refused = await fetch(`${newsletter.url}/issues`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ subject: 'Nytt', body: 'Hej', topic: 'weather' }) });
    expect([refused.status, await refused.json()]).toEqual([422, { wrong: ['topic'] }]);
  });

  test('leaves out whoever wishes for other topics while it waits', async () => {
    await newsletter.start();
    const [person = '', stays = ''] = await newsletter.subscribe(2);
    let away = true;
    newsletter.api.answer = async (one) => (away ? { status: 503, body: {} } : known(one));
    const id = await newsletter.write({ topic: 'products' });
    await until(() => newsletter.api.asked.length >= 2);
    const { writer: write } = newsletter.world;
    await write.send(write.next(person, { type: 'preferences-changed', purpose: 'newsletter', after: { status: 'given', allowed: true, channels: ['email'], preferences: { topics: ['training'] } } }));
    await until(async () => (await newsletter.get<{ type: string }[]>('/api/reactions')).some(({ type }) => type === 'preferences-changed'));
    away = false;
    expect((await newsletter.finished(id)).progress).toEqual({ queued: 0, sent: 1, leftOut: { topic: 1 } });
    expect((await newsletter.mails()).map(({ to }) => toOf(to))).toEqual([addressOf(stays)]);
  });

  test('comes no sooner than 28 days after the last to who wishes for one a month, 90 to who wishes for one a quarter; of two that wait together one leaves', async () => {
    await newsletter.start();
    const [monthly, quarterly, every] = await wishing({ frequency: 'monthly' }, { frequency: 'quarterly' }, { frequency: 'every-issue' });
    let away = true;
    newsletter.api.answer = async (person) => (away ? { status: 503, body: {} } : known(person));
    const together = [await newsletter.write({ subject: 'Ett' }), await newsletter.write({ subject: 'Ett' })];
    await until(() => newsletter.api.asked.length >= 6);
    away = false;
    const progress = [];
    for (const id of together) progress.push((await newsletter.finished(id)).progress);
    expect([progress.reduce((sum, { sent }) => sum + sent, 0), progress.reduce((sum, { leftOut }) => sum + (leftOut['too-soon'] ?? 0), 0)]).toEqual([4, 2]);
    expect(await readers('Ett')).toEqual(addressesOf([monthly, quarterly, every, every]));
    const pool = new pg.Pool({ connectionString: newsletter.database.url });
    const pass = (days: number) => pool.query(`UPDATE newsletter.recipients SET changed_at = changed_at - make_interval(days => $1)`, [days]);
    await pass(27);
    expect(await newsletter.get('/api/list')).toMatchObject({ count: 3, tooSoon: 2 });
    await newsletter.finished(await newsletter.write({ subject: 'Dag 27' }));
    await pass(2);
    await newsletter.finished(await newsletter.write({ subject: 'Dag 29' }));
    await pass(62);
    await newsletter.finished(await newsletter.write({ subject: 'Dag 91' }));
    await pool.end();
    expect(await readers('Dag 27')).toEqual(addressesOf([every]));
    expect(await readers('Dag 29')).toEqual(addressesOf([monthly, every]));
    expect(await readers('Dag 91')).toEqual(addressesOf([monthly, quarterly, every]));
  });

  test('says how it is ended in the language of the text that each said yes to, or in the one that he wishes, also where only the state was read, or where the language was not kept yet', async () => {
    const { writer: write } = newsletter.world;
    const notice = (locale: string) => ({ id: 'newsletter-signup', version: '1.3', locale, sha256: 'ab'.repeat(32) });
    const granted = (locale: string) => write.grant(randomUUID(), 'newsletter', { channels: ['email'], notice: notice(locale) });
    const learnt = granted('en');
    await write.sendState(learnt);
    await newsletter.start();
    const [dane, wishes, early] = [granted('da'), granted('da'), granted('en')];
    await write.send(dane, wishes, early);
    await write.send(write.next(wishes.person, { type: 'preferences-changed', purpose: 'newsletter', after: { ...wishes.after, preferences: { language: 'sv' } } }));
    await until(async () => (await newsletter.get<{ people: unknown[] }>('/api/list')).people.length === 4);
    await until(async () => (await newsletter.get<{ type: string }[]>('/api/reactions')).some(({ type }) => type === 'preferences-changed'));
    const pool = new pg.Pool({ connectionString: newsletter.database.url });
    await pool.query('DELETE FROM newsletter.locales WHERE person = $1', [early.person]);
    newsletter.api.answer = async (person) => ({ body: { ...known(person).body, locale: person === wishes.person ? 'da' : 'en' } });
    await newsletter.finished(await newsletter.write());
    const texts = new Map((await newsletter.mails()).map(({ to, text }) => [toOf(to), text]));
    expect([learnt, dane, wishes, early].map(({ person }) => /(?<=\? )(Avsluta|Afmeld|End) /.exec(texts.get(addressOf(person)) ?? '')?.[0])).toEqual(['End ', 'Afmeld ', 'Avsluta ', 'End ']);
    await write.send(...write.erase(dane.person));
    await until(async () => (await pool.query('SELECT FROM newsletter.locales WHERE person = $1', [dane.person])).rowCount === 0);
    await pool.end();
  });

  test.each([503, 404, 410])('waits while the api is away, or something before it says %d of itself, and loses nobody', async (status) => {
    await newsletter.start();
    await newsletter.subscribe(3);
    let away = true;
    newsletter.api.answer = async (person) => (away ? { status, body: {} } : known(person));
    const id = await newsletter.write();
    await until(() => newsletter.api.asked.length >= 3);
    expect((await newsletter.issue(id)).progress).toMatchObject({ queued: 3, sent: 0 });
    away = false;
    expect((await newsletter.finished(id)).progress).toEqual({ queued: 0, sent: 3, leftOut: {} });
  });

  test('that is sent twice by the same form is one issue', async () => {
    await newsletter.start();
    await newsletter.subscribe(2);
    const id = randomUUID();
    expect(await Promise.all([newsletter.write({ id }), newsletter.write({ id })])).toEqual([id, id]);
    await newsletter.finished(id);
    expect(await newsletter.mails()).toHaveLength(2);
  });

  test('goes on after the program was killed, and reaches everybody exactly once', async () => {
    const killed = await newsletter.start();
    const people = await newsletter.subscribe(60);
    let asked = 0;
    let letGo: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    newsletter.api.answer = async (person) => {
      if ((asked += 1) > 30) await held;
      return known(person);
    };
    const id = await newsletter.write();
    await until(async () => (await newsletter.issue(id)).progress.sent > 10, { everyMs: 5 });
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    letGo?.();
    await newsletter.start();
    expect((await newsletter.finished(id)).progress).toEqual({ queued: 0, sent: 60, leftOut: {} });
    expect((await newsletter.mails()).map(({ to }) => toOf(to)).sort()).toEqual(people.map(addressOf).sort());
  }, 120_000);
});

describe('a mail server', () => {
  const startServer = async (onMail: (to: string) => Error | undefined): Promise<{ url: string; close: () => void }> => {
    const server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onRcptTo: ({ address }, _session, done) => done(onMail(address)),
      onData: (stream, _session, done) => {
        stream.resume();
        stream.on('end', () => done());
      },
    });
    server.on('error', () => undefined);
    const listening = server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return { url: `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`, close: () => server.close() };
  };

  test('that is slow lets nobody get an issue who withdraws while the mails before his are being sent', async () => {
    const server = await startMailServer();
    const begun = new Set<string>();
    let go: (said: undefined) => void = () => undefined;
    const slow = new Promise<undefined>((resolve) => {
      go = resolve;
    });
    server.answer = (word, to) => {
      if (word !== 'RCPT TO') return undefined;
      begun.add(to);
      return slow;
    };
    const pool = new pg.Pool({ connectionString: newsletter.database.url, max: 1 });
    await newsletter.start({ SMTP_URL: server.url });
    const people = await newsletter.subscribe(12);
    const id = await newsletter.write();
    const sending = async (): Promise<boolean> => (await pool.query(`SELECT FROM newsletter.recipients WHERE state = 'sending'`)).rowCount === 8;
    await until(async () => begun.size >= 4 && (await sending()), { timeoutMs: 20_000, what: 'the first mails to be under way' });
    const { writer: write } = newsletter.world;
    const waiting = people.filter((person) => !begun.has(addressOf(person)));
    await write.send(...waiting.map((person) => write.withdraw(person, 'newsletter', { channels: [] })));
    await until(async () => (await newsletter.get<{ count: number }>('/api/list')).count === people.length - waiting.length);
    const late = waiting.filter((person) => !begun.has(addressOf(person)));
    expect(late.length).toBeGreaterThanOrEqual(4);
    go(undefined);
    const { progress } = await newsletter.finished(id);
    expect(progress).toMatchObject({ queued: 0, sent: people.length - late.length, leftOut: { withdrawn: late.length } });
    expect(late.filter((person) => server.taken.includes(addressOf(person)))).toEqual([]);
    await Promise.all([pool.end(), server.close()]);
  });

  test('that is slow gets each mail once where a second program is started beside the first, and the second goes on where the first ends', async () => {
    const server = await startMailServer();
    let go: (said: undefined) => void = () => undefined;
    const slow = new Promise<undefined>((resolve) => {
      go = resolve;
    });
    let begun = 0;
    server.answer = (word) => {
      if (word !== 'RCPT TO') return undefined;
      begun += 1;
      return slow;
    };
    const first = await newsletter.start({ SMTP_URL: server.url });
    const people = await newsletter.subscribe(12);
    const id = await newsletter.write();
    await until(() => begun >= 4, { timeoutMs: 20_000, what: 'the first mails to be under way' });
    const second = await newsletter.beside({ SMTP_URL: server.url });
    const pool = new pg.Pool({ connectionString: newsletter.database.url, max: 1 });
    const asked = async (): Promise<boolean> => (await pool.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_try_advisory_lock%' AND pid <> pg_backend_pid()`)).rowCount !== 0;
    await until(asked, { timeoutMs: 30_000, everyMs: 5, what: 'the second program to ask for its turn' });
    const looks = (await newsletter.issue(id)).progress;
    // Half of them, about, are followed by the second program.
    const late = await newsletter.subscribe(8);
    const next = await newsletter.write({ subject: 'To all' });
    go(undefined);
    expect((await newsletter.finished(next)).progress).toEqual({ queued: 0, sent: people.length + late.length, leftOut: {} });
    const last = await newsletter.write({ subject: 'Behind the first' });
    first.kill('SIGTERM');
    const progress = async (): Promise<IssueAnswer> => (await (await fetch(`${second}/api/issues/${last}`)).json()) as IssueAnswer;
    const done = await until(async () => ((await progress()).finishedAt !== null && (await progress())) || undefined, { timeoutMs: 60_000, what: 'the last issue to be sent' });
    expect({ looks: looks.leftOut, ...done.progress }).toEqual({ looks: {}, queued: 0, sent: people.length + late.length, leftOut: {} });
    expect([...server.taken].sort()).toEqual([...people, ...people, ...people, ...late, ...late].map(addressOf).sort());
    await Promise.all([pool.end(), server.close()]);
  }, 120_000);

  test('that refuses a recipient for good has him left out; one that is busy is tried again', async () => {
    const tries = new Map<string, number>();
    const people: string[] = [];
    const server = await startServer((to) => {
      tries.set(to, (tries.get(to) ?? 0) + 1);
      if (to === addressOf(people[0] ?? '')) return Object.assign(new Error('no such user'), { responseCode: 550 });
      return to === addressOf(people[1] ?? '') && tries.get(to) === 1 ? Object.assign(new Error('later'), { responseCode: 451 }) : undefined;
    });
    await newsletter.start({ SMTP_URL: server.url });
    people.push(...(await newsletter.subscribe(4)));
    const id = await newsletter.write();
    expect((await newsletter.finished(id)).progress).toEqual({ queued: 0, sent: 3, leftOut: { refused: 1 } });
    expect(tries.get(addressOf(people[1] ?? ''))).toBe(2);
    expect(tries.get(addressOf(people[2] ?? ''))).toBe(1);
    server.close();
  });
});

describe('the newsletter', () => {
  test('takes changes from its own pages only, and answers to its own name only', async () => {
    await newsletter.start();
    const post = (headers: Record<string, string>) =>
      fetch(`${newsletter.url}/issues`, { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: 'subject=Hej&body=Text' });
    expect((await post({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })).status).toBe(403);
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
    expect(await newsletter.get('/api/issues')).toEqual([]);
    const asStranger = request(newsletter.url, { headers: { host: 'evil.example' } }).end();
    expect(((await once(asStranger, 'response')) as [IncomingMessage])[0].statusCode).toBe(421);
    const own = await post({ 'sec-fetch-site': 'same-origin', origin: newsletter.url });
    expect(own.status).toBe(303);
    expect(own.headers.get('location')).toMatch(/^\/issues\/[0-9a-f-]{36}$/);
  });

  test('forgets an erased person, but for the number of mails', async () => {
    await newsletter.start();
    const [erased = '', other = ''] = await newsletter.subscribe(2);
    const id = await newsletter.write();
    await newsletter.finished(id);
    await newsletter.world.writer.send(...newsletter.world.writer.erase(erased));
    await until(async () => (await newsletter.get<{ count: number }>('/api/list')).count === 1);
    expect(await newsletter.get('/api/list')).toMatchObject({ people: [{ person: other }] });
    expect((await newsletter.issue(id)).progress.sent).toBe(2);
    const reactions = await newsletter.get<{ event: string }[]>('/api/reactions');
    expect(reactions).toHaveLength(1);
  });

  test('ends by itself within 5 s when told to, and when its launcher is gone', async () => {
    const first = await newsletter.start();
    const from = performance.now();
    first.kill('SIGTERM');
    expect((await once(first, 'exit'))[0]).toBe(0);
    expect(performance.now() - from).toBeLessThan(5_000);
    const second = await newsletter.start();
    const again = performance.now();
    second.disconnect();
    expect((await once(second, 'exit'))[0]).toBe(0);
    expect(performance.now() - again).toBeLessThan(5_000);
  });
});
