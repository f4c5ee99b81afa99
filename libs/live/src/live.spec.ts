import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { until } from '#testing';
import { oneByOne } from './ask.js';
import { createHub, type Hub } from './hub.js';
import { answerAsStream, type Join } from './stream.js';

let hub: Hub;
let join: Join;
let server: Server;
let url: string;
beforeEach(async () => {
  hub = createHub(5);
  join = hub.add;
  server = createServer((_, raw) => {
    const streams = answerAsStream({ raw, getHeaders: () => ({ 'cache-control': 'no-store' }), hijack: () => undefined }, join);
    if (!streams) raw.writeHead(503).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/** An open page: what it has heard so far, and how it is closed. */
async function open(): Promise<{ response: Response; heard: () => string; close: () => void }> {
  const closing = new AbortController();
  const response = await fetch(url, { signal: closing.signal });
  let heard = '';
  const reading = async (): Promise<void> => {
    for await (const chunk of response.body ?? []) heard += Buffer.from(chunk as Uint8Array).toString();
  };
  void reading().catch(() => undefined);
  return { response, heard: () => heard, close: () => closing.abort() };
}

test('what is asked for behind a stream on its own connection is let in nowhere, and leaves no place behind', async () => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(3));
  let heard = '';
  socket.on('data', (chunk) => (heard += String(chunk)));
  await until(() => heard.split('event: beat').length > 2);
  expect(hub.size).toBe(1);
  socket.destroy();
  await until(() => hub.size === 0);
});

test('an open page hears again and again that it is connected, and when something has changed; the program’s own headers stand on the answer', async () => {
  const { response, heard, close } = await open();
  expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([200, 'text/event-stream; charset=utf-8', 'no-store']);
  await until(() => heard().split('event: beat\n').length > 2);
  hub.changed();
  await until(() => heard().includes('event: changed\ndata: {}\n\n'));
  expect(heard()).toMatch(/^retry: 1000\n\n/);
  close();
  await until(() => hub.size === 0);
});

test('changes that come close together are told at once, and once more', async () => {
  const { heard, close } = await open();
  await until(() => heard().includes('beat'));
  for (let change = 0; change < 5; change += 1) hub.changed();
  const told = (): number => heard().split('event: changed').length - 1;
  await until(() => told() >= 1);
  await until(() => told() >= 2);
  const beats = (): number => heard().split('event: beat').length;
  const after = beats() + 40;
  await until(() => beats() >= after);
  expect(told()).toBe(2);
  close();
});

test('where there is no room the answer is left to the program, and no stream has begun', async () => {
  join = () => undefined;
  expect((await open()).response.status).toBe(503);
});

test('a look that is asked for while one is under way follows it, and two never run at once; one that fails hinders none', async () => {
  let running = 0;
  let most = 0;
  let looks = 0;
  const look = oneByOne(async () => {
    most = Math.max(most, (running += 1));
    looks += 1;
    await new Promise(setImmediate);
    running -= 1;
    if (looks === 3) throw new Error('no answer');
  });
  await Promise.all([look(), look(), look()]);
  expect([looks, most]).toEqual([2, 1]);
  await expect(look()).rejects.toThrow('no answer');
  await look();
  expect(looks).toBe(4);
});
