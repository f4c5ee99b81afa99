import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { newHolderId } from '#ledger';
import { until } from '#testing';
import { DeviceWatch } from '../../apps/api/src/watch/device-watch.js';
import { ORIGIN, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
let url: string;
beforeAll(async () => {
  api = await testApi();
  await api.app.listen(0, '127.0.0.1');
  url = await api.app.getUrl();
});
afterAll(() => api?.close());

const newDevice = async (): Promise<{ device: string; token: string }> => (await api.post('/v1/devices', undefined, api.siteKey, { origin: ORIGIN }).expect(201)).body;
const decide = (token: string, decision: string) => api.post('/v1/consents', { subject: { device: token }, decisions: [{ purpose: 'statistics', decision }], notice: { id: 'cookies', version: '1.3', locale: 'sv' } }, api.keys['consents:write']).expect(201);

const ask = (body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}/v1/devices/watch`, { method: 'POST', headers: { authorization: `Bearer ${api.siteKey}`, origin: ORIGIN, 'content-type': 'application/json', ...headers }, body: JSON.stringify(body), signal });

interface Watching {
  response: Response;
  lines: string[];
  ended: boolean;
  stop(): void;
}

async function watch(token: string): Promise<Watching> {
  const stopping = new AbortController();
  const response = await ask({ device: token }, {}, stopping.signal);
  const watching: Watching = { response, lines: [], ended: false, stop: () => stopping.abort() };
  const read = async (): Promise<void> => {
    for await (const chunk of response.body ?? []) watching.lines.push(...Buffer.from(chunk).toString().trim().split('\n'));
  };
  void read().catch(() => undefined).finally(() => (watching.ended = true));
  return watching;
}

test('a page hears the count of its device at once, and a greater one once something is recorded, and nothing else', async () => {
  const { token } = await newDevice();
  const [one, other] = [await watch(token), await watch((await newDevice()).token)];
  expect([one.response.status, one.response.headers.get('cache-control'), one.response.headers.get('access-control-allow-origin')]).toEqual([200, 'no-store', ORIGIN]);
  await until(() => one.lines.length === 1);
  await decide(token, 'grant');
  await until(() => one.lines.length >= 2);
  await decide(token, 'withdraw');
  await until(() => new Set(one.lines).size === 3);
  expect([...new Set(one.lines)].map(Number)).toEqual([0, 1, 2]);
  expect(new Set(other.lines)).toEqual(new Set(['0']));
  one.stop();
  other.stop();
});

test('only the device whose token is brought can be watched, and only from the site', async () => {
  const { device, token } = await newDevice();
  expect((await ask({ device })).status).toBe(400);
  expect((await ask({ device: `${token}x` })).status).toBe(400);
  expect((await ask({})).status).toBe(400);
  expect((await ask({ device: token }, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await ask({ device: token }, { authorization: `Bearer ${api.keys['people:write']}` })).status).toBe(403);
});

test('of one device sixteen pages are told at once: one more ends the oldest', async () => {
  const { token } = await newDevice();
  const pages: Watching[] = [];
  for (let n = 0; n < 17; n += 1) pages.push(await watch(token));
  await until(() => pages[0]?.ended);
  expect(pages.slice(1).map(({ ended }) => ended)).toEqual(Array(16).fill(false));
  for (const page of pages) page.stop();
});

/** Asks for all of these on one connection, none of them waiting for the answer before it. */
function pipelined(tokens: string[]): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  for (const token of tokens) {
    const body = JSON.stringify({ device: token });
    socket.write(`POST /v1/devices/watch HTTP/1.1\r\nhost: ${new URL(url).host}\r\nauthorization: Bearer ${api.siteKey}\r\norigin: ${ORIGIN}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  }
  return socket;
}

test('what is asked for behind a stream on its own connection is let in nowhere: it takes no place, and harms nobody', async () => {
  const open = (): number => api.app.get(DeviceWatch).size;
  await until(() => open() === 0);
  const [{ token: first }, { token }] = [await newDevice(), await newDevice()];
  const socket = pipelined([first, ...Array<string>(20).fill(token)]);
  const read = once(socket, 'data');
  await until(() => open() > 0);
  const page = await watch(token);
  await until(() => page.lines.length > 0);
  await decide(token, 'grant');
  await until(() => page.lines.includes('1'));
  await decide(token, 'withdraw');
  await until(() => page.lines.includes('2'));
  expect(open()).toBe(2);
  expect(String((await read)[0])).toMatch(/^HTTP\/1.1 200 /);
  socket.destroy();
  page.stop();
  await until(() => open() === 0);
});

test('a page that was ended for another one, and does not read, is told nothing more', async () => {
  const watched = new DeviceWatch(api.fresh.pool, api.fresh.id, pino({ level: 'silent' }));
  const device = newHolderId();
  const told: string[] = [];
  const enter = (n: number) => watched.add(device, '10.0.0.0/24', { tell: () => void told.push(`tell ${n}`), end: () => void told.push(`end ${n}`) });
  const leaves = await Promise.all(Array.from({ length: 16 }, (_, n) => enter(n)));
  told.length = 0;
  await enter(16);
  expect([told, watched.size]).toEqual([['end 0', 'tell 16'], 16]);
  leaves[0]?.();
  expect(watched.size).toBe(16);
  watched.close();
  expect(await enter(17)).toBeUndefined();
});

test('one network holds a thousand pages at most: another one is let in, and so is it once a page has left', async () => {
  const watched = new DeviceWatch(api.fresh.pool, api.fresh.id, pino({ level: 'silent' }));
  const enter = (network: string) => watched.add(newHolderId(), network, { tell: () => undefined, end: () => undefined });
  const leaves: Awaited<ReturnType<typeof enter>>[] = [];
  while (leaves.length < 1_000) leaves.push(...(await Promise.all(Array.from({ length: 50 }, () => enter('10.0.0.0/24')))));
  expect(leaves.every((leave) => leave !== undefined)).toBe(true);
  expect(await enter('10.0.0.0/24')).toBeUndefined();
  expect(await enter('10.0.1.0/24')).toBeDefined();
  leaves[0]?.();
  expect(await enter('10.0.0.0/24')).toBeDefined();
  expect(watched.size).toBe(1_001);
  watched.close();
});

test('an api that is told to end ends its pages, and does not wait for them', async () => {
  const second = await testApi();
  await second.app.listen(0, '127.0.0.1');
  const device = (await second.post('/v1/devices', undefined, second.siteKey, { origin: ORIGIN }).expect(201)).body.token;
  const response = await fetch(`${await second.app.getUrl()}/v1/devices/watch`, { method: 'POST', headers: { authorization: `Bearer ${second.siteKey}`, origin: ORIGIN, 'content-type': 'application/json' }, body: JSON.stringify({ device }) });
  const text = response.text();
  await second.close();
  expect(await text).toBe('0\n');
});
