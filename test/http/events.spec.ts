import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EVENT_TYPES, messageData, messageHeaders } from '#contracts';
import { readPublished } from '#schemas';
import { validatorOf } from '../contract/validators.js';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(async () => {
  await api.close();
});

test('where ce_dataschema leads, the published schema is, byte for byte, and the message that named it is valid by it', async () => {
  await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  const { rows } = await api.fresh.pool.query<{ bytes: Buffer }>(`SELECT bytes FROM events WHERE type = 'consent-granted'`);
  const event = JSON.parse(rows[0]?.bytes.toString() ?? '') as Parameters<typeof messageHeaders>[0];
  const { ce_dataschema, ce_source } = messageHeaders(event, 0);
  const path = new URL(ce_dataschema).pathname;
  expect(path).toBe(`${new URL(ce_source).pathname}/schemas/consent-granted/1`);
  const { text, headers } = await api.get(path).expect(200).buffer(true).parse((response, done) => {
    let body = '';
    response.on('data', (piece: Buffer) => (body += piece.toString())).on('end', () => done(null, body));
  }).then(({ body, headers: all }) => ({ text: String(body), headers: all as Record<string, string> }));
  expect(headers['content-type']).toMatch(/^application\/schema\+json/);
  expect(headers['cache-control']).toContain('immutable');
  expect(text).toBe(readFileSync(join(process.cwd(), 'libs/contracts/schemas/published/consent-granted/1.json'), 'utf8'));
  expect(validatorOf(JSON.parse(text))(JSON.parse(JSON.stringify(messageData(event, 'f'.repeat(64)))))).toEqual([]);
});

test('every published schema is served to anybody, and nothing else is', async () => {
  for (const path of readPublished().keys()) await api.get(`/schemas/${path}`).expect(200).expect('access-control-allow-origin', '*');
  for (const path of ['consent-granted/2', 'consent-granted/0', 'nothing/1', '..%2Fsource%2Fdefinitions/1', 'hashes/1']) {
    const { body } = await api.get(`/schemas/${path}`).expect(404);
    expect(body).toMatchObject({ code: 'not_found' });
  }
  await api.get('/elsewhere/schemas/consent-granted/1').expect(404);
});

test('the topics are told as AsyncAPI, of this ledger', async () => {
  const { body } = await api.get('/asyncapi.json').expect(200).expect('content-type', /json/);
  expect(body).toMatchObject({ asyncapi: '3.0.0', id: `https://${api.fresh.keyring.origin}` });
  expect(Object.keys((body as { channels: { events: { messages: object } } }).channels.events.messages)).toEqual([...EVENT_TYPES]);
});

test('the page of the HTTP API tells of every call with its body and its codes, and may run no style and no script but its own', async () => {
  const { text, headers } = await api.get('/docs').expect(200);
  const { paths, components } = (await api.get('/openapi.json').expect(200)).body as { paths: Record<string, object>; components: { schemas: { Problem: { 'x-codes': object } } } };
  const calls = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  expect(calls.length).toBeGreaterThan(40);
  for (const call of calls) expect(text).toContain(`<span class="visually-hidden"> of ${call}</span>`);
  for (const code of Object.keys(components.schemas.Problem['x-codes'])) expect(text).toContain(`<b>${code}</b>`);
  const [, example = ''] = /aria-label="Example body of POST \/v1\/consents"><code>([^]*?)<\/code>/.exec(text) ?? [];
  expect(JSON.parse(example.replace(/<[^>]+>/g, '').replaceAll('&quot;', '"'))).toMatchObject({ subject: { email: 'anna@example.se' }, decisions: [{ purpose: 'newsletter' }] });
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(text).not.toMatch(/<script|style=/);
});

test('the page of the events names every type, and may run no style and no script but its own', async () => {
  const { text, headers } = await api.get('/docs/events').expect(200);
  for (const type of EVENT_TYPES) expect(text).toContain(`<article id="${type}">`);
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(text).not.toMatch(/<script|style=|https?:\/\/(?!consent\.)[a-z]+\.(com|org|net)[^<]*["']\s*(?:rel|src)/);
});
