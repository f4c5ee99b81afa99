import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import request from 'supertest';
import { newHolderId } from '#ledger';
import { LogFolder } from '#log-folder';
import { Lease, sequencePage } from '#outbox';
import { until } from '#testing';
import { Tokens } from '#vault';
import { createApi } from '../../apps/api/src/create-api.js';
import { CheckpointWriter } from '../../apps/relay/src/log/checkpoint-writer.js';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
let person = '';
let receipt = '';
const WHY = { 'samtycke-reason': 'a test' };
const give = (subject = someone()) => api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']);

beforeAll(async () => {
  api = await testApi();
  const { pool, id, keyring } = api.fresh;
  ({ person, receipt } = (await give().expect(201)).body as { person: string; receipt: string });
  const fencing = (await new Lease(pool, id, 'relay', newHolderId()).take())?.fencing ?? '';
  while ((await sequencePage(pool, id, fencing)).length > 0);
  await new CheckpointWriter({ pool, ledger: id, keyring, folder: new LogFolder(api.logDir), clock: Date.now }).step({ fencing, leads: () => true });
  await give().expect(201);
});
afterAll(async () => {
  await api.close();
});

describe('an api on a database that is behind the signed log', () => {
  test('takes no change and opens nothing sealed, says why, goes on answering, and takes changes again once it is recovered', async () => {
    const { pool } = api.fresh;
    await pool.query('CREATE TABLE kept AS SELECT * FROM leaves WHERE idx > 3');
    await pool.query('DELETE FROM leaves WHERE idx > 3');
    await until(async () => (await give()).status === 503, { timeoutMs: 5_000, what: 'the api to notice' });
    const events = await api.events();
    const { body, headers } = await give().expect(503);
    expect(body).toMatchObject({ code: 'database_behind', detail: expect.stringMatching(/samtycke recover/) });
    expect(headers['retry-after']).toBe('30');
    await api.post('/v1/consents', { subject: { person }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, api.keys['consents:write']).expect(503, /database_behind/);
    await api.post(`/v1/people/${person}/restrict`, { ground: 'eu-gdpr:A18-1-a' }, api.keys['people:write']).expect(503, /database_behind/);
    await api.get(`/v1/people/${person}/identifiers?purpose=newsletter`, api.keys['identifiers:read']).expect(503, /database_behind/);
    await api.get(`/v1/people/${person}/proof`, api.keys['audit:read'], WHY).expect(503, /database_behind/);
    await api.get(`/v1/people/${person}/proof?open=all`, api.keys['audit:read'], WHY).expect(503, /database_behind/);
    expect(await api.events()).toBe(events);
    await api.post('/v1/check', { subject: { person }, purpose: 'newsletter' }, api.keys['consents:read']).expect(200, /"allowed":true/);
    await api.get(`/v1/people/${person}/history`, api.keys['audit:read'], WHY).expect(200);
    await pool.query('INSERT INTO leaves SELECT * FROM kept');
    await give().expect(201);
  });

  test('stays closed while a recovery is under way', async () => {
    const { pool, id } = api.fresh;
    await pool.query(`INSERT INTO leases VALUES ($1, 'recover', gen_random_uuid(), 0, 'infinity', 0)`, [id]);
    await until(async () => (await give()).status === 503, { timeoutMs: 5_000, what: 'the api to notice' });
    await api.get(`/v1/receipts/${receipt}`, api.keys['audit:read'], WHY).expect(503, /database_behind/);
    await pool.query(`DELETE FROM leases WHERE role = 'recover'`);
    await give().expect(201);
    await api.get(`/v1/receipts/${receipt}`, api.keys['audit:read'], WHY).expect(200);
  });

  test('takes no change while the newest checkpoint cannot be read: nobody can tell whether this is an old backup; and says so', async () => {
    const file = join(api.logDir, 'checkpoint');
    const signed = await readFile(file);
    await writeFile(file, signed.subarray(0, 10));
    await until(async () => (await give()).status === 503, { timeoutMs: 5_000, what: 'the api to notice' });
    const { body, headers } = await give().expect(503);
    expect(body).toMatchObject({ code: 'log_unreadable', detail: expect.stringMatching(/consent\.checkpoints\.v1/) });
    expect(headers['retry-after']).toBe('30');
    await api.get(`/v1/people/${person}/identifiers?purpose=newsletter`, api.keys['identifiers:read']).expect(503, /log_unreadable/);
    await api.post('/v1/check', { subject: { person }, purpose: 'newsletter' }, api.keys['consents:read']).expect(200);
    await writeFile(file, signed);
    await give().expect(201);
  });

  test('starts where it lacks the catalogue too, so that it can be recovered beside a running start, and answers once it has one', async () => {
    const { pool, id, keyring } = api.fresh;
    const begin = () => createApi({ log: pino({ level: 'silent' }), pool, ledger: id, keyring, publicUrl: 'https://consent.example.test', logDir: api.logDir, scriptDir: join(process.cwd(), 'dist/libs/web/browser') });
    await pool.query('CREATE TABLE kept_catalogues AS SELECT * FROM catalogues');
    await pool.query('DELETE FROM catalogues');
    await expect(begin()).rejects.toThrow('no catalogue is loaded');
    await pool.query(`INSERT INTO leases VALUES ($1, 'recover', gen_random_uuid(), 0, 'infinity', 0)`, [id]);
    const app = await begin();
    await app.getHttpAdapter().getInstance().ready();
    const server = app.getHttpServer();
    await request(server).get('/v1/purposes').expect(503, /"code":"unavailable"/);
    await request(server).get('/health/ready').expect(200);
    await pool.query('INSERT INTO catalogues SELECT * FROM kept_catalogues');
    await pool.query(`DELETE FROM leases WHERE role = 'recover'`);
    await until(async () => (await request(server).get('/v1/purposes')).status === 200, { timeoutMs: 5_000, what: 'the catalogue' });
    await app.close();
  });

  test('says so on a page to whoever presses a button behind a link, which sends the same again; a program gets the code', async () => {
    const { pool, id, keyring } = api.fresh;
    const path = `/u/${await new Tokens(keyring.origin, keyring.tokens).unsubscribe({ person, purpose: 'newsletter' })}`;
    const press = (accept: string, language = 'sv') => request(api.app.getHttpServer()).post(path).set('accept', accept).set('accept-language', language).type('form').send({ answer: '"><b>' });
    await pool.query(`INSERT INTO leases VALUES ($1, 'recover', gen_random_uuid(), 0, 'infinity', 0)`, [id]);
    await until(async () => (await give()).status === 503, { timeoutMs: 5_000, what: 'the api to notice' });
    for (const [language, words] of [['sv', /Försök igen/], ['da', /Prøv igen/], ['en', /Try again/]] as const) {
      const { text, headers } = await press('text/html,*/*;q=0.8', language).expect(503, words).expect('content-type', /^text\/html/);
      expect(text).toMatch(new RegExp(`<html lang="${language}">[^]*<form method="post"><input type="hidden" name="answer" value="&quot;&gt;&lt;b&gt;"><button type="submit">`));
      expect(headers).toMatchObject({ 'retry-after': '30', 'cache-control': 'no-store', 'content-security-policy': expect.stringMatching(/^default-src 'none'/) });
    }
    await press('*/*').expect(503, /database_behind/).expect('content-type', /problem\+json/);
    await pool.query(`DELETE FROM leases WHERE role = 'recover'`);
    await give().expect(201);
    await press('text/html').expect(200, /Du är avanmäld/);
  });
});
