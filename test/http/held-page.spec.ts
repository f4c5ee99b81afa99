import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createKey } from '#access';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';

const LOCALES = ['sv', 'da', 'en'] as const;

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.close());

const write = (body: unknown, key = api.keys['consents:write']) => api.post('/v1/consents', body, key);
const prefer = (person: string, body: object) => api.put(`/v1/people/${person}/preferences`, body, api.keys['consents:write']).expect(200);
const ask = (person: string, locale: string) => api.post(`/v1/people/${person}/access`, { locale }, api.keys['people:write'], { accept: 'text/html', 'samtycke-reason': 'a test' });
/** The page as its reader sees it: without marks, one line. */
async function read(person: string, locale: string): Promise<string> {
  const { text } = await ask(person, locale).expect(200);
  return text.replace(/<style>.*<\/style>/s, '').replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
}
const MARKETING = { decisions: [{ purpose: 'electronic-marketing', decision: 'grant', channels: ['app', 'sms'] }], notice: { id: 'order', version: '1.3', locale: 'sv' } };

async function known(): Promise<{ person: string; email: string }> {
  const subject = someone();
  const { body } = await write({ subject, ...NEWSLETTER }).expect(201);
  await write({ subject, ...MARKETING }).expect(201);
  return { person: body.person as string, ...subject };
}

describe('the copy that a person can read', () => {
  test('tells the channels, wishes and pauses of each purpose, and what stands above all of them', async () => {
    const { person } = await known();
    await prefer(person, { purpose: 'electronic-marketing', channels: ['sms'], topics: ['offers'], frequency: 'monthly', language: 'da', pausedUntil: '2999-01-01T12:00:00Z' });
    await prefer(person, { suppressedChannels: ['phone'] });
    await prefer(person, { pausedUntil: '2998-02-01T12:00:00Z' });
    const expected = {
      sv: ['Sms', 'Erbjudanden', 'Högst en gång i månaden', 'danska', 'Pausat till 1 januari 2999', 'Allt är pausat till 1 februari 2998', 'Kanaler som du inte vill bli nådd genom: Telefon'],
      da: ['Sms', 'Tilbud', 'Højst en gang om måneden', 'dansk', 'Sat på pause til 1. januar 2999', 'Alt er sat på pause til 1. februar 2998', 'Kanaler, du ikke vil kontaktes på: Telefon'],
      en: ['Text message', 'Offers', 'At most once a month', 'Danish', 'Paused until 1 January 2999', 'Everything is paused until 1 February 2998', 'Channels you do not want to be reached by: Phone'],
    };
    for (const locale of LOCALES) {
      const page = await read(person, locale);
      for (const words of expected[locale]) expect(page).toContain(words);
      expect(page).not.toMatch(/electronic-marketing|monthly|suppressedChannels/);
    }
    const { body } = await api.post(`/v1/people/${person}/access`, {}, api.keys['people:write'], { 'samtycke-reason': 'a test' }).expect(200);
    expect(body.whole).toEqual({ pausedUntil: '2998-02-01T12:00:00.000000Z', suppressedChannels: ['phone'] });
  });

  test('dates each piece of evidence, says what it belongs to, and tells of a text that was shown by its title, not by the token that shows it', async () => {
    const { person, email } = await known();
    const { body: form } = await api.get(`/v1/sites/${api.siteKey}/forms/newsletter?lang=sv`, undefined, { origin: ORIGIN }).expect(200);
    const { version, snapshot, title } = form.notice as { version: string; snapshot: string; title: string };
    await write({ subject: { email }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(201);
    await api.post('/v1/consents', { subject: { email }, ...NEWSLETTER, notice: { id: 'newsletter-signup', version, locale: 'sv', snapshot } }, api.siteKey, { origin: ORIGIN }).expect(202);
    const { text } = await ask(person, 'sv').expect(200);
    const rows = (text.split('<h2>Underlag</h2>')[1]?.split('</section>')[0] ?? '').split('<tr>').slice(2);
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows) expect(row).toMatch(/^<th scope="row"><time datetime="[^"]+">/);
    for (const row of rows) expect(row).toMatch(/Nyhetsbrev|Annan digital marknadsföring/);
    expect(text).not.toContain(snapshot);
    expect(text).not.toContain('eyJ');
    expect(rows.join()).toContain(title);
  });

  test('names those who have read by what they are, in its own language, and what they read; nobody’s account', async () => {
    const { person } = await known();
    const read = `INSERT INTO reads (ledger, id, read_at, reader, key, person, what, reason) VALUES ($1, gen_random_uuid(), now(), $2, gen_random_uuid(), $3, $4, $5)`;
    const rows = [['portal', 'identifiers', 'the system portal'], ['newsletter', 'receipt', 'the system newsletter'], ['cli:root', 'history', 'case 4711'], ['crm', 'evidence pack', 'case 4712'], ['cli:root', 'states as of 2026-01-01', 'case 4713']];
    for (const [reader, what, reason] of rows) await api.fresh.pool.query(read, [api.fresh.id, reader, person, what, reason]);
    const expected = {
      sv: ['Kundportalen', 'Nyhetsbrevet', 'En handläggare', 'crm', 'Adresser och nummer', 'Ett kvitto', 'Historiken', 'case 4711', 'Bevispaket', 'Vad som gällde tidigare'],
      da: ['Kundeportalen', 'Nyhedsbrevet', 'En sagsbehandler', 'crm', 'Adresser og numre', 'En kvittering', 'Historikken', 'case 4711', 'Bevispakke', 'Hvad der gjaldt tidligere'],
      en: ['The customer portal', 'The newsletter', 'A case worker', 'crm', 'Addresses and numbers', 'A receipt', 'The history', 'case 4711', 'Evidence pack', 'What held before'],
    };
    for (const locale of LOCALES) {
      const { text } = await ask(person, locale).expect(200);
      for (const words of expected[locale]) expect(text).toContain(words);
      for (const raw of ['cli:', 'the system portal', '>portal<', 'states as of']) expect(text).not.toContain(raw);
    }
  });

  test('says which right was asked for and what became of it, and reads as it is spoken', async () => {
    const { person } = await known();
    await api.post(`/v1/people/${person}/restrict`, { ground: 'eu-gdpr:A18-1-a' }, api.keys['people:write']).expect(200);
    const expected = { sv: ['Samtycke lämnat', 'Du begärde: Begränsning', 'Besvarat: Begränsning'], da: ['Samtykke givet', 'Du bad om: Begrænsning', 'Besvaret: Begrænsning'], en: ['Consent given', 'You asked for: Restriction', 'Answered: Restriction'] };
    for (const locale of LOCALES) {
      const page = await read(person, locale);
      for (const words of expected[locale]) expect(page).toContain(words);
      expect(page).not.toMatch(/Ja gavs|Nej sades|Ja blev givet|Nej blev sagt|webstedet|Yes was given|No was said/);
    }
  });
});

test('a system of an operator’s own keeps the name that he gave it', async () => {
  const { person } = await known();
  const key = await createKey(api.fresh.pool, api.fresh.id, { kind: 'server', owner: 'kundtjänst', scopes: ['audit:read'], reason: 'ärenden', expiresAt: new Date(Date.now() + 60_000) });
  await api.get(`/v1/people/${person}/history`, key.secret).expect(200);
  expect(await read(person, 'sv')).toContain('kundtjänst');
});
