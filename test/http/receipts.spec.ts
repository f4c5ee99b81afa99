import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { loadCatalogue, type Catalogue } from '#catalogue';
import { parseReceiptId, receiptId, uuidv7 } from '#ledger';
import { canonicalText, parseVerifier } from '#proof';
import { loadCatalogueInto } from '#setup';
import { until } from '#testing';
import { sha256 } from '#vault';
import { NEWSLETTER, ORIGIN, someone } from '../setup/api.js';
import { mailbox } from '../setup/mailbox.js';
import { packWorld, WHY, type PackWorld } from '../pack/world.js';

let world: PackWorld;
let mails: ReturnType<typeof mailbox>;
beforeAll(async () => {
  world = await packWorld();
  mails = mailbox(world.api);
});
afterAll(async () => {
  await mails.close();
  await world.close();
});
const auditor = (): string => world.api.keys['audit:read'];
const read = (id: string, headers: Record<string, string> = {}, query = '') => world.api.get(`/v1/receipts/${id}${query}`, auditor(), { ...WHY, ...headers });

async function given(): Promise<{ person: string; receipt: string; event: string; email: string }> {
  const subject = someone();
  const { body } = await world.api.post('/v1/consents', { subject, ...NEWSLETTER }, world.api.keys['consents:write']).expect(201);
  await world.publish();
  return { person: body.person, receipt: body.receipt, event: body.decisions[0].event, ...subject };
}
const document = async (id: string): Promise<Record<string, unknown>> => JSON.parse((await read(id).buffer(true).parse((response, done) => {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => (text += chunk));
  response.on('end', () => done(null, text));
}).expect(200).expect('content-type', /application\/ld\+json/)).body as string) as Record<string, unknown>;

const recordIn = async (id: string): Promise<Record<string, unknown>> => ((await document(id))['dpv:hasRecordOfActivity'] as Record<string, unknown>[])[0] ?? {};

describe('a receipt', () => {
  test('is signed with the key at the published address, and tied to its line of the log', async () => {
    const { receipt, person, event } = await given();
    const { jws, ...signed } = await document(receipt);
    const { body: keys } = await world.api.get('/.well-known/jwks.json').expect(200);
    const { payload, protectedHeader } = await compactVerify(String(jws), createLocalJWKSet(keys as JSONWebKeySet));
    expect(Buffer.from(payload).toString('utf8')).toBe(canonicalText(signed));
    const log = parseVerifier(sha256, world.api.fresh.keyring.log.verifier);
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', kid: world.api.fresh.keyring.log.verifier.split('+', 2).join('+') });
    expect(Buffer.from((keys as JSONWebKeySet).keys[0]?.x ?? '', 'base64url')).toEqual(Buffer.from(log.publicKey));
    const history = await world.api.get(`/v1/people/${person}/history`, auditor(), WHY).expect(200);
    const [{ hash, index }] = history.body.events;
    expect(signed['dpv:hasRecordOfActivity']).toEqual([expect.objectContaining({ 'dct:identifier': event, 'samtycke:leaf': expect.objectContaining({ 'samtycke:leafHash': hash, 'samtycke:logIndex': index, 'samtycke:ledger': world.api.fresh.keyring.origin }) })]);
    const alone = await read(receipt, { accept: 'application/jose' }).expect(200);
    expect(alone.text ?? (alone.body as Buffer).toString()).toBe(jws);
  });

  test('has what ISO/IEC TS 27560 asks for: header, notice, purpose, controller, data, recipients, storage, jurisdiction, basis, withdrawal, and the event', async () => {
    const { receipt, person } = await given();
    const found = await document(receipt);
    expect(found).toMatchObject({ '@type': 'dpv:ConsentReceipt', 'dct:identifier': receipt, 'dct:conformsTo': 'https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr', 'dct:created': expect.any(String) });
    const [record] = found['dpv:hasRecordOfActivity'] as Record<string, unknown>[];
    expect(record).toMatchObject({
      '@type': 'dpv:ConsentRecord',
      'dct:conformsTo': 'https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr',
      'dpv:hasDataSubject': { '@id': `urn:uuid:${person}` },
      'dpv:hasDataController': { 'dpv:hasName': expect.any(String), 'dpv:hasContact': expect.any(String), 'dpv:hasAddress': expect.any(String) },
      'dpv:hasJurisdiction': expect.arrayContaining(['loc:SE', 'loc:DK']),
      'dpv:hasLegalBasis': 'eu-gdpr:A6-1-a',
      'dpv:hasNotice': { '@type': 'dpv:ConsentNotice', 'dct:hasVersion': '1.3', 'dct:language': 'sv', 'samtycke:sha256': expect.stringMatching(/^[0-9a-f]{64}$/) },
      'dpv:hasProcess': { 'dpv:hasPurpose': { 'dct:title': { '@language': 'sv', '@value': 'Nyhetsbrev' } }, 'dpv:hasPersonalData': expect.any(Array), 'dpv:hasRecipient': expect.any(Array), 'dpv:hasStorageCondition': expect.arrayContaining([expect.objectContaining({ '@type': 'dpv:StorageDuration' }), { '@type': 'dpv:StorageLocation', 'samtycke:outsideCountryOfFirstStorage': true, 'samtycke:safeguards': ['legal', 'organisational', 'technical'] }]) },
      'dpv:hasConsentStatus': { '@type': 'dpv:ConsentGiven', 'samtycke:allowed': true, 'samtycke:method': 'form', 'dpv:isIndicatedBy': { 'samtycke:actor': 'system' } },
      'dpv:hasRight': expect.arrayContaining(['eu-gdpr:A7-3']),
      'samtycke:withdrawal': { '@language': 'sv', '@value': expect.stringContaining('GDPR 7.3') },
    });
  });

  test('of a withdrawal says so; the same receipt is the same bytes each time', async () => {
    const { person } = await given();
    const { body } = await world.api.post('/v1/consents', { subject: { person }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, world.api.keys['consents:write']).expect(201);
    await world.publish();
    const found = await document(body.receipt);
    expect((found['dpv:hasRecordOfActivity'] as Record<string, unknown>[])[0]).toMatchObject({ 'dpv:hasConsentStatus': { '@type': 'dpv:ConsentWithdrawn', 'samtycke:allowed': false } });
    expect(createHash('sha256').update(JSON.stringify(await document(body.receipt))).digest('hex')).toBe(createHash('sha256').update(JSON.stringify(found)).digest('hex'));
  });

  test.each([
    ['sv', 'Ditt svar', 'Ja<br>E-post', 'noterades i efterhand', 'Återtaget', 'Gäller sedan'],
    ['da', 'Dit svar', 'Ja<br>', 'noteret efterfølgende', 'Trukket tilbage', 'Gælder siden'],
    ['en', 'Your answer', 'Yes<br>', 'noted afterwards', 'Withdrawn', 'Holds since'],
  ])('of a decision that came late says what was decided and when, that it changed nothing, and what is in force since when (%s)', async (locale, answer, yes, noted, state, since) => {
    const { person } = await given();
    const write = async (body: object) => (await world.api.post('/v1/consents', { subject: { person }, ...body }, world.api.keys['consents:backdate']).expect(201)).body;
    const withdrawn = await write({ decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] });
    const said = '2026-01-02T03:04:05.000000Z';
    const { receipt } = await write({ ...NEWSLETTER, occurredAt: said });
    await world.publish();
    const inForce = (await recordIn(withdrawn.receipt))['dpv:hasConsentStatus'] as Record<string, unknown>;
    const record = await recordIn(receipt);
    expect(record).toMatchObject({
      'samtycke:recordedDecision': { 'samtycke:decision': 'grant', 'dct:date': said, 'samtycke:recordedAt': expect.any(String), 'samtycke:channels': ['email'], 'samtycke:changed': false, 'samtycke:method': 'form', 'dpv:isIndicatedBy': { 'samtycke:actor': 'system' } },
      'dpv:hasConsentStatus': { '@type': 'dpv:ConsentWithdrawn', 'samtycke:allowed': false, 'dct:date': inForce['dct:date'], 'samtycke:type': 'decision-recorded' },
    });
    const { text } = await read(receipt, { accept: 'text/html' }, `?locale=${locale}`).expect(200);
    const rows = text.slice(text.indexOf('<dl>'), text.indexOf('</dl>'));
    expect(rows).toMatch(/2\.? jan\.? 2026,? 04[:.]04 CET/i);
    expect(text).toContain('<span lang="sv">Nyhetsbrev och annan marknadsföring</span> <code>newsletter-signup 1.3</code></summary>');
    for (const part of [answer, yes, '2026-01-02 03:04 UTC', noted, state, since, String(inForce['dct:date']).slice(0, 16).replace('T', ' ')]) expect(rows).toContain(part);
  });

  test('says for ever what was told when it was answered, under whatever names the catalogue has it today', async () => {
    const { receipt } = await given();
    const before = await document(receipt);
    const renamed = structuredClone(loadCatalogue()) as Catalogue;
    for (const controller of renamed.controllers) Object.assign(controller, { name: 'Somebody Else AB', email: 'else@example.test' });
    renamed.texts.purposes.newsletter = { sv: { title: 'Något annat', summary: '' }, da: { title: 'Noget andet', summary: '' }, en: { title: 'Something else', summary: '' } };
    await loadCatalogueInto(world.api.fresh.options, renamed);
    await until(async () => JSON.stringify((await world.api.get('/v1/purposes').expect(200)).body).includes('Something else'));
    expect(await document(receipt)).toEqual(before);
    const { text } = await read(receipt, { accept: 'text/html' }).expect(200);
    expect(text).toContain('<h2>Nyhetsbrev</h2>');
    expect(text.slice(0, text.indexOf('</section>'))).not.toContain('Somebody Else AB');
    expect(text).toContain('else@example.test');
    expect(await document((await given()).receipt)).toMatchObject({ 'dct:publisher': { 'dpv:hasName': 'Somebody Else AB' } });
    await loadCatalogueInto(world.api.fresh.options, loadCatalogue() as Catalogue);
  });

  test('shows no text but the one that was hashed', async () => {
    const { receipt } = await given();
    const change = (from: string, to: string) => world.api.fresh.pool.query('UPDATE notices SET document = replace(document, $1, $2)', [from, to]);
    await change('"title":"', '"title":"Ja till allt: ');
    try {
      expect((await read(receipt, { accept: 'text/html' }).expect(200)).text).not.toContain('Ja till allt');
    } finally {
      await change('"title":"Ja till allt: ', '"title":"');
    }
  });

  test.each([['sv', 'Partner'], ['da', 'Partnere'], ['en', 'Partners']])('names on its page the partners that were consented to (%s)', async (locale, word) => {
    const partners = [{ id: 'example-partner', name: 'Example & Partner' }, { id: 'example-union', name: 'Example Union' }];
    await loadCatalogueInto(world.api.fresh.options, { ...loadCatalogue(), partners });
    const decisions = [{ purpose: 'partner-sharing', decision: 'grant', partners: partners.map(({ id }) => id) }];
    const { body } = await world.api.post('/v1/consents', { subject: someone(), decisions, notice: { ...NEWSLETTER.notice, id: 'order' } }, world.api.keys['consents:write']).expect(201);
    await world.publish();
    const page = async (): Promise<string> => (await read(body.receipt, { accept: 'text/html' }, `?locale=${locale}`).expect(200)).text;
    await until(async () => (await page()).includes(`<dt>${word}</dt><dd>Example &amp; Partner<br>Example Union</dd>`));
  });

  test.each([
    ['sv', 'Du kan ta tillbaka ett ja', 'Ditt nej gäller tills du säger något annat'],
    ['da', 'Du kan trække et ja tilbage', 'Dit nej gælder, indtil du siger noget andet'],
    ['en', 'You can take back a yes', 'Your no holds until you say otherwise'],
  ])('says of a yes how it is taken back, and of a no that it stands (%s)', async (locale, yes, no) => {
    const { receipt, email } = await given();
    const { body } = await world.api.post('/v1/consents', { subject: { email }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, world.api.keys['consents:write']).expect(201);
    const refused = await world.api.post('/v1/consents', { subject: someone(), decisions: [{ purpose: 'newsletter', decision: 'refuse' }] }, world.api.keys['consents:write']).expect(201);
    await world.publish();
    const page = async (id: string): Promise<string> => (await read(id, { accept: 'text/html' }, `?locale=${locale}`).expect(200)).text;
    expect(await page(receipt)).toContain(yes);
    for (const id of [body.receipt, refused.body.receipt] as string[]) {
      expect(await page(id)).toContain(no);
      expect(await page(id)).not.toContain(yes);
    }
  });

  test.each([
    ['sv', 'Du sa nej', 'Mindre än förut', 'Nej', /tog tillbaka|togs tillbaka/],
    ['da', 'Du sagde nej', 'Mindre end før', 'Nej', /trak|blev trukket/],
    ['en', 'You said no', 'Less than before', 'No', /took|taken back/],
  ])('says of a withdrawal no more than its event tells: what stands of it, and never that there was a yes (%s)', async (locale, no, less, noted, tookBack) => {
    const portal = (await world.api.makeKey({ kind: 'server', owner: 'portal', scopes: ['consents:write'] })).secret;
    const say = async (subject: object, more: object) => (await world.api.post('/v1/consents', { subject, ...more }, portal).expect(201)).body;
    const withdraw = (purpose: string, channels?: string[]) => ({ decisions: [{ purpose, decision: 'withdraw', ...(channels && { channels }) }] });
    const order = (channels: string[]) => ({ notice: { ...NEWSLETTER.notice, id: 'order' }, decisions: [{ purpose: 'electronic-marketing', decision: 'grant', channels }] });
    const [unknown, asked, two, one] = [someone(), someone(), someone(), someone()];
    await world.api.post('/v1/consents', { subject: asked, ...NEWSLETTER }, world.api.siteKey, { origin: ORIGIN }).expect(202);
    await say(two, order(['sms', 'app']));
    await say(one, order(['sms']));
    const never = [await say(unknown, withdraw('newsletter')), await say(asked, withdraw('newsletter'))];
    const part = await say(two, withdraw('electronic-marketing', ['sms']));
    const nothing = await say(one, withdraw('electronic-marketing', ['app']));
    await world.publish();
    const page = async ({ receipt }: { receipt: string }): Promise<string> => (await read(receipt, { accept: 'text/html' }, `?locale=${locale}`).expect(200)).text;
    for (const each of never) expect(await page(each)).toContain(`<p class="what">${no}</p>`);
    expect(await page(part)).toContain(`<p class="what">${less}</p>`);
    expect(await page(nothing)).toContain(`<dd>${noted}<br>`);
    for (const each of [...never, part, nothing]) expect((await page(each)).replace(/<h2>(?:Ångra dig|Fortryd|Changed your mind\?)<\/h2><p>.*?<\/p>/, '')).not.toMatch(tookBack);
  });

  test('of wishes tells them: channels, topics, how often, in which language, and until when it is paused', async () => {
    const subject = someone();
    const { body } = await world.api.post('/v1/consents', { subject, decisions: [{ purpose: 'electronic-marketing', decision: 'grant', channels: ['sms', 'app'] }], notice: { ...NEWSLETTER.notice, id: 'order' } }, world.api.keys['consents:write']).expect(201);
    const person = String(body.person);
    const pageOfNewest = async (wish: object): Promise<string> => {
      await world.api.put(`/v1/people/${person}/preferences`, { purpose: 'electronic-marketing', ...wish }, world.api.keys['consents:write']).expect(200);
      await world.publish();
      const { rows } = await world.api.fresh.pool.query<{ event: string }>('SELECT event FROM events WHERE person = $1 ORDER BY seq DESC LIMIT 1', [person]);
      const { body: link } = await world.api.post(`/v1/people/${person}/receipts`, { event: rows[0]?.event }, world.api.keys['people:read'], WHY).expect(200);
      return (await read(String(link.receipt), { accept: 'text/html' }, '?locale=sv').expect(200)).text;
    };
    const wished = await pageOfNewest({ channels: ['sms'], topics: ['offers'], frequency: 'monthly', language: 'da' });
    for (const row of ['<dt>Kanaler</dt><dd>Sms</dd>', '<dt>Om vad</dt><dd>Erbjudanden</dd>', '<dt>Hur ofta</dt><dd>Högst en gång i månaden</dd>', '<dt>Språk</dt><dd>danska</dd>']) expect(wished).toContain(row);
    expect(wished).toContain('Önskemål och pauser kan du ändra när du vill i portalen.');
    expect(await pageOfNewest({ language: 'sv-46' })).toContain('<dt>Språk</dt><dd>sv-46</dd>');
    const paused = await pageOfNewest({ pausedUntil: '2999-01-01T00:00:00Z' });
    expect(paused).toMatch(/<dt>Pausat till<\/dt><dd><time datetime="2999-01-01T00:00:00[^"]*">1 jan\. 2999/);
    expect(paused).toContain('<dt>Kanaler</dt><dd>Sms</dd>');
    const nothing = await pageOfNewest({ channels: null, topics: null, frequency: null, language: null, pausedUntil: null });
    expect(nothing).toContain('<dt>Önskemål</dt><dd>Inga</dd>');
  });

  test('is given to whoever has its own token, or audits, leaving a trace; names nobody; and is 404 where nothing was recorded', async () => {
    const { receipt, person, email } = await given();
    await world.api.get(`/v1/receipts/${receipt}`).expect(401, /key_missing/);
    await world.api.get(`/v1/receipts/${receipt}`, world.api.keys['consents:write'], WHY).expect(403);
    await world.api.get(`/v1/receipts/${receipt}`, auditor()).expect(400, /reason_required/);
    await world.api.get(`/v1/receipts/${receipt}?token=nonsense`).expect(401, /token_invalid/);
    await world.api.get(`/v1/receipts/${receipt}?token=a&token=b`).expect(400);
    for (const nobody of ['x', receiptId({ request: uuidv7(), people: [person] }), `${receipt}AAAA`, receipt.slice(0, -3)]) await read(nobody).expect(404, /receipt_unknown/);
    expect(JSON.stringify(await document(receipt))).not.toContain(email);
    const { rows } = await world.api.fresh.pool.query('SELECT what, reason FROM reads WHERE person = $1', [person]);
    expect(rows).toEqual([{ what: 'receipt', reason: WHY['samtycke-reason'] }]);
    const { request } = parseReceiptId(receipt) ?? {};
    await read(request ?? '', {}, `?person=${person}`).expect(200);
    await read(request ?? '').expect(404);
  });

  test('is named by no answer of a call that recorded nothing about a purpose: what is in force has that of the call which made it so', async () => {
    const { receipt, person, event } = await given();
    const key = (await world.api.makeKey({ kind: 'server', owner: 'crm', scopes: ['consents:write', 'people:write'] })).secret;
    const { body: again } = await world.api.post('/v1/consents', { subject: { person }, ...NEWSLETTER }, key, { 'idempotency-key': 'again' }).expect(200);
    const { body: linked } = await world.api.post('/v1/consents', { subject: { person, phone: '+46701740605' }, ...NEWSLETTER }, key).expect(201);
    const { body: first } = await world.api.post('/v1/consents', { subject: { person }, ...NEWSLETTER }, key, { 'idempotency-key': 'again' }).expect(200);
    for (const body of [again, linked, first]) {
      expect(body).not.toHaveProperty('receipt');
      expect(body.decisions).toMatchObject([{ event, status: 'given' }]);
    }
    expect((await world.api.post(`/v1/people/${person}/receipts`, { event }, world.api.keys['people:read'], WHY).expect(200)).body.receipt).toBe(receipt);
  });

  test('waits for its place in the log, and says when it has none yet', async () => {
    const { body } = await world.api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, world.api.keys['consents:write']).expect(201);
    await read(body.receipt).expect(503, /receipt_not_ready/);
    const [found] = await Promise.all([read(body.receipt).then(({ status }) => status), world.publish()]);
    expect(found).toBe(200);
  });

  test('is signed of nothing that was changed behind the log', async () => {
    const { receipt, event } = await given();
    await read(receipt).expect(200);
    await world.api.fresh.pool.query(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE events SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '"newsletter-signup"', '"newsletter-signin"'), 'UTF8') WHERE event = '${event}'; COMMIT`);
    await read(receipt).expect(500, /chain_damaged/);
    await read(receipt, { accept: 'text/html' }).expect(500);
  });

  test('is a page in Swedish, Danish and English with the text that was shown, and no script', async () => {
    const { receipt } = await given();
    for (const [locale, words] of [['sv', 'Ditt kvitto'], ['da', 'Din kvittering'], ['en', 'Your receipt']]) {
      const { text, headers } = await read(receipt, { accept: 'text/html' }, `?locale=${locale}`).expect(200);
      expect(text).toContain(`<html lang="${locale}">`);
      expect(text).toContain(`<h1>${words}</h1>`);
      expect(text).toContain('newsletter-signup 1.3');
      expect(text).not.toContain('<script');
      expect(headers['content-security-policy']).not.toContain('unsafe');
    }
    expect((await read(receipt, { accept: 'text/html' }).expect(200)).text).toContain('Ditt kvitto');
    await world.api.get('/receipt.css').expect(200).expect('content-type', /text\/css/);
  });

  test('is linked from the answer to a confirmation: its link opens this receipt and no other', async () => {
    const subject = someone();
    await world.api.post('/v1/consents', { subject, ...NEWSLETTER }, world.api.siteKey, { origin: ORIGIN }).expect(202);
    await mails.follow();
    const { text } = await world.api.post(mails.linkIn(mails.to(subject.email)[0]), {}).expect(200);
    const link = /href="(\/v1\/receipts\/[^"]+)"/.exec(text)?.[1] ?? '';
    await world.publish();
    const page = await world.api.get(link, undefined, { accept: 'text/html' }).expect(200);
    expect(page.text).toContain('Du sa ja');
    const file = /href="(\/v1\/receipts\/[^"]+format=json[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    await world.api.get(file).expect(200).expect('content-type', /application\/ld\+json/);
    const { receipt } = await given();
    await world.api.get(link.replace(/receipts\/[^?]+/, `receipts/${receipt}`)).expect(401, /token_invalid/);
  });

  test('is linked from the mail of a double opt-in: its link leads to it once confirmed, and to the question before', async () => {
    const subject = someone();
    await world.api.post('/v1/consents', { subject, ...NEWSLETTER }, world.api.siteKey, { origin: ORIGIN }).expect(202);
    await mails.follow();
    const mail = mails.to(subject.email)[0];
    const confirm = mails.linkIn(mail);
    expect(mail?.text).toContain(`${confirm}/receipt`);
    expect(mail?.html).toContain(`${confirm}/receipt`);
    await world.api.get(`${confirm}/receipt`).expect(303).expect('location', confirm);
    await world.api.post(confirm, {}).expect(200);
    await world.publish();
    const { headers } = await world.api.get(`${confirm}/receipt`).expect(303);
    const page = await world.api.get(String(headers.location), undefined, { accept: 'text/html' }).expect(200);
    expect(page.text).toContain('Du sa ja');
    await world.api.get('/c/nobody-has-this/receipt').expect(303).expect('location', '/c/nobody-has-this');
  });

  test('is linked for the person by a system in which he is signed in: his own events only, leaving a trace', async () => {
    const { person, event, receipt } = await given();
    const other = await given();
    const ask = (of: string, body: object, key = world.api.keys['people:read'], headers: Record<string, string> = WHY) => world.api.post(`/v1/people/${of}/receipts`, body, key, headers);
    await ask(person, { event: other.event }).expect(404, /receipt_unknown/);
    await ask(person, {}).expect(400);
    await ask('nobody', { event }).expect(400, /invalid_person/);
    await ask(person, { event }, world.api.keys['consents:read']).expect(403, /scope_missing/);
    await ask(person, { event }, undefined, {}).expect(400, /reason_required/);
    const { body } = await ask(person, { event }).expect(200);
    expect(body.receipt).toBe(receipt);
    const link = new URL(String(body.url));
    await world.api.get(`${link.pathname}${link.search}`).expect(200);
    const { rows } = await world.api.fresh.pool.query('SELECT what FROM reads WHERE person = $1', [person]);
    expect(rows).toEqual([{ what: 'receipt' }]);
  });
});
