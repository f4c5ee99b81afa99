import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findBroker } from './find-broker.js';

let server: Server;
let there: string;
let away: string;

async function listen(): Promise<[Server, string]> {
  const one = createServer();
  await once(one.listen(0, '127.0.0.1'), 'listening');
  return [one, `127.0.0.1:${(one.address() as AddressInfo).port}`];
}

beforeAll(async () => {
  [server, there] = await listen();
  const [other, address] = await listen();
  await once(other.close(), 'close');
  away = address;
});
afterAll(() => void server.close());

test('it is begun with a broker that is there, wherever it stands in the list', async () => {
  expect(await findBroker([away, there])).toEqual([there]);
  expect(await findBroker([there, away])).toEqual([there]);
  expect(await findBroker([away, 'no.such.host.invalid:9092', there])).toEqual([there]);
});

test('where none is there all are named: whoever connects says what is wrong', async () => {
  expect(await findBroker([away, away])).toEqual([away, away]);
  expect(await findBroker([away])).toEqual([away]);
});
