import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { until } from '#testing';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
}, 60_000);
afterAll(() => api.close());

test('a call that is on its way when the api is told to end is answered as ever, and told that the connection ends', async () => {
  await api.app.listen(0, '127.0.0.1');
  const { port } = new URL(await api.app.getUrl());
  const socket = connect(Number(port), '127.0.0.1');
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
  await once(socket, 'connect');
  const body = JSON.stringify({ subject: someone(), ...NEWSLETTER });
  socket.write(`POST /v1/consents HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${api.keys['consents:write']}\r\n`);
  await until(async () => (await new Promise<number>((resolve) => api.app.getHttpServer().getConnections((_: unknown, count: number) => resolve(count)))) === 1, { what: 'the connection to be taken' });
  const closing = api.app.close();
  await until(() => !api.app.getHttpServer().listening, { what: 'the api to listen no more' });
  socket.write(`Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  await Promise.all([closing, once(socket, 'close')]);
  expect(heard).toMatch(/^HTTP\/1\.1 201 /);
  expect(heard.toLowerCase()).toContain('connection: close');
});
