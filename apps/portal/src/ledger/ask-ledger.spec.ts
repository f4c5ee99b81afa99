import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { askLedgerAt, LedgerRefused, LedgerSilent, type AskLedger } from './ask-ledger.js';
import { ledgerBy } from './ledger.js';
import type { ConsentsBody } from './ledger-types.js';
import { rightsBy } from './rights-calls.js';

const PERSON = '0192f8a0-0000-7000-8000-000000000001';
const NO: ConsentsBody = { subject: { person: PERSON }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }], capture: { context: 'portal-login', method: 'switch', point: 'portal-preferences' } };

let server: Server;
let answer: RequestListener;
let ask: AskLedger;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/login') return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ person: PERSON, consents: [] }));
    answer(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ask = askLedgerAt({ apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: 'key' });
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const says = (status: number, body: string, type = 'application/json'): RequestListener => (_request, response) => void response.writeHead(status, { 'content-type': type }).end(body);
const json = (status: number, body: unknown): RequestListener => says(status, JSON.stringify(body));
const LOGIN = '<!doctype html><html><body><form action="/login"></form></body></html>';

const cutOff: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write(`{"person":"${PERSON}"`, () => response.destroy());
};

const calls: [what: string, call: () => Promise<unknown>][] = [
  ['a no', () => ledgerBy(ask).change(NO, 'key', {})],
  ['who is meant', () => ledgerBy(ask).lookUp({ email: 'anna@example.se' })],
  ['what holds', () => ledgerBy(ask).standing(PERSON)],
  ['the copy of what is held', () => rightsBy(ask).download(PERSON, { form: 'json' }, 'key')],
  ['an erasure', () => rightsBy(ask).erase(PERSON, 'key')],
  ['a complaint', () => rightsBy(ask).complain(PERSON, { text: 'x' }, 'key')],
];

describe.each(calls)('to a call about %s', (_what, call) => {
  test.each<[string, RequestListener]>([
    ['a page that somebody else put before the ledger', says(200, LOGIN, 'text/html')],
    ['an answer that was cut off', cutOff],
    ['an empty answer', says(200, '')],
    ['an answer that is no object', json(200, null)],
    ['a list', json(200, [])],
    ['a way to somewhere else', (_request, response) => void response.writeHead(303, { location: '/login' }).end()],
  ])('%s is none', async (_name, given) => {
    answer = given;
    await expect(call()).rejects.toBeInstanceOf(LedgerSilent);
  });

  test.each<[string, RequestListener]>([
    ['of a proxy that finds nothing', says(404, LOGIN, 'text/html')],
    ['of a proxy that takes no such body', says(413, '')],
    ['in JSON, without a code', json(400, { error: 'bad request' })],
    ['that there is nothing at the address', json(404, { code: 'not_found' })],
    ['that the address knows no such method', json(405, { code: 'method_not_allowed' })],
    ['of a web server that has looked at nothing', json(400, { code: 'refused' })],
  ])('an error %s is not the ledger’s no', async (_name, given) => {
    answer = given;
    await expect(call()).rejects.toBeInstanceOf(LedgerSilent);
  });

  test('a refusal with a code of the ledger’s is its no', async () => {
    answer = json(422, { code: 'purpose_unknown' });
    await expect(call()).rejects.toEqual(new LedgerRefused(422, 'purpose_unknown'));
  });
});

describe('an answer that lacks what was asked for', () => {
  test.each(calls.filter(([what]) => what !== 'a complaint'))('is none: %s', async (_what, call) => {
    answer = json(200, { status: 'ok', person: null });
    await expect(call()).rejects.toBeInstanceOf(LedgerSilent);
  });

  test.each(['<!doctype html><html><head><meta name="generator" content="Samtycke"></head><body>', LOGIN])('is none where a readable copy ends before its end, or is a page of somebody else (%#)', async (page) => {
    answer = says(200, page, 'text/html');
    await expect(rightsBy(ask).download(PERSON, { form: 'page', language: 'sv' }, 'key')).rejects.toBeInstanceOf(LedgerSilent);
  });
});

test('nobody is known only where the ledger says so of the person', async () => {
  answer = json(404, { code: 'person_unknown' });
  expect(await ledgerBy(ask).lookUp({ email: 'anna@example.se' })).toBeUndefined();
  answer = json(404, { code: 'notice_unknown' });
  await expect(ledgerBy(ask).lookUp({ email: 'anna@example.se' })).rejects.toBeInstanceOf(LedgerRefused);
});

test('what the ledger answers is handed on as it is', async () => {
  answer = json(201, { person: PERSON });
  expect(await ledgerBy(ask).change(NO, 'key', {})).toBe(PERSON);
  expect(JSON.parse(await rightsBy(ask).download(PERSON, { form: 'json' }, 'key'))).toEqual({ person: PERSON });
  const page = '<!doctype html><html><head><meta name="generator" content="Samtycke"></head></html>\n';
  answer = says(200, page, 'text/html');
  expect(await rightsBy(ask).download(PERSON, { form: 'page', language: 'sv' }, 'key')).toBe(page);
});
