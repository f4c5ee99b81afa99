import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { until } from '#testing';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
let taken: Socket[];
beforeEach(async () => {
  api = await testApi();
  taken = [];
  api.app.getHttpServer().on('connection', (socket: Socket) => taken.push(socket));
  await api.app.listen(0, '127.0.0.1');
}, 60_000);
afterEach(() => api.close());

const portOf = async (): Promise<number> => Number(new URL(await api.app.getUrl()).port);

test('a call that is on its way when the api is told to end is answered as ever, and told that the connection ends', async () => {
  const socket = connect(await portOf(), '127.0.0.1');
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
  await once(socket, 'connect');
  const body = JSON.stringify({ subject: someone(), ...NEWSLETTER });
  socket.write(`POST /v1/consents HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${api.keys['consents:write']}\r\n`);
  await until(() => (taken[0]?.bytesRead ?? 0) > 0, { what: 'the call to have begun' });
  const closing = api.app.close();
  await until(() => !api.app.getHttpServer().listening, { what: 'the api to listen no more' });
  socket.write(`Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  await Promise.all([closing, once(socket, 'close')]);
  expect(heard).toMatch(/^HTTP\/1\.1 201 /);
  expect(heard.toLowerCase()).toContain('connection: close');
});

test('a connection on which nothing was ever asked holds up no end', async () => {
  const socket = connect(await portOf(), '127.0.0.1');
  await until(() => taken.length === 1, { what: 'the connection to be taken' });
  await Promise.all([api.app.close(), once(socket, 'close')]);
}, 20_000);
