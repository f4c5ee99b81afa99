import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../until.js';
import { Frames, readRequest } from './kafka-frames.js';
import { createKafkaProxy, type KafkaProxy } from './kafka-proxy.js';
import { createProxy, type Proxy } from './proxy.js';

const endings: (() => unknown)[] = [];
afterEach(() => endings.splice(0).reverse().forEach((end) => end()));

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** A server that says back whatever it hears. */
async function echo(): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => server.close());
  return portOf(server);
}

/** A client, and all that it has heard. */
async function client(port: number): Promise<{ socket: Socket; heard: () => Buffer; closed: () => boolean }> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  let closed = false;
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined).on('close', () => (closed = true));
  await once(socket, 'connect');
  endings.push(() => socket.destroy());
  return { socket, heard: () => Buffer.concat(chunks), closed: () => closed };
}

describe('a way that is harmed', () => {
  let proxy: Proxy;
  beforeEach(async () => {
    const port = await echo();
    proxy = await createProxy({ target: () => port });
    endings.push(() => proxy.close());
  });

  test('passes every byte in order, also those that came while it was slow', async () => {
    const { socket, heard } = await client(proxy.port);
    const large = Buffer.alloc(3_000_000, 'abcdefg');
    socket.write(large);
    await until(() => heard().length === large.length);
    proxy.delay(50);
    const from = performance.now();
    socket.write('1');
    await until(() => heard().length === large.length + 1);
    expect(performance.now() - from).toBeGreaterThan(95);
    socket.write('2');
    await until(() => heard().length === large.length + 1);
    proxy.delay(0);
    socket.write('3');
    await until(() => heard().length === large.length + 3);
    expect(heard().equals(Buffer.concat([large, Buffer.from('123')]))).toBe(true);
  });

  test('frozen, breaks nothing and delivers what was sent meanwhile', async () => {
    const { socket, heard, closed } = await client(proxy.port);
    socket.write('before');
    await until(() => heard().length === 6);
    proxy.freeze();
    socket.write(' after');
    await expect(until(() => heard().length > 6, { timeoutMs: 200 })).rejects.toThrow();
    expect(closed()).toBe(false);
    proxy.mend();
    await until(() => heard().toString() === 'before after');
  });

  test('robbed of its replies, breaks the connections that lost one, and no other', async () => {
    const [asking, silent] = [await client(proxy.port), await client(proxy.port)];
    await until(() => proxy.connections() === 2);
    proxy.swallow();
    asking.socket.write('a question');
    await expect(until(() => asking.heard().length > 0, { timeoutMs: 200 })).rejects.toThrow();
    proxy.mend();
    await until(() => asking.closed());
    silent.socket.write('still');
    await until(() => silent.heard().toString() === 'still');
  });

  test('robbed of the replies behind a certain request, lets every other reply pass', async () => {
    const [one, other] = [await client(proxy.port), await client(proxy.port)];
    await until(() => proxy.connections() === 2);
    proxy.swallow('write');
    for (const { socket } of [one, other]) socket.write('read');
    await until(() => one.heard().length === 4 && other.heard().length === 4);
    one.socket.write('write');
    other.socket.write('READ');
    await until(() => other.heard().toString() === 'readREAD');
    expect(one.heard().toString()).toBe('read');
    proxy.mend();
    await until(() => one.closed());
    expect(other.closed()).toBe(false);
  });

  test('cut, breaks every connection and takes none until it is mended; or one that is picked', async () => {
    const [one, other] = [await client(proxy.port), await client(proxy.port)];
    await until(() => proxy.connections() === 2);
    expect(proxy.cutOne(() => 1)).toBe(true);
    await until(() => other.closed());
    expect(one.closed()).toBe(false);
    proxy.cut();
    await until(() => one.closed());
    expect(proxy.cutOne(() => 0)).toBe(false);
    const refused = await client(proxy.port);
    await until(() => refused.closed());
    proxy.mend();
    const { socket, heard } = await client(proxy.port);
    socket.write('again');
    await until(() => heard().toString() === 'again');
  });
});

/** A Produce request, version 7, as kafkajs writes it, without its records. */
function produce(correlation: number, topic: string): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value)]);
  const body = Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from([0, 0, 0, correlation]), text('samtycke-relay'), Buffer.from([255, 255, 255, 255, 0, 0, 117, 48, 0, 0, 0, 1]), text(topic)]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

describe('the proxy before Kafka', () => {
  test('finds frames however they are cut, and reads who writes to which topic', () => {
    const all = Buffer.concat([produce(1, 'consent.events.v1'), produce(2, 'consent.state.v1')]);
    for (let size = 1; size <= all.length; size += 7) {
      const frames = new Frames();
      const found: Buffer[] = [];
      for (let at = 0; at < all.length; at += size) found.push(...frames.take(all.subarray(at, at + size)));
      expect(found.map(readRequest)).toEqual([
        { api: 0, version: 7, correlation: 1, client: 'samtycke-relay', topic: 'consent.events.v1' },
        { api: 0, version: 7, correlation: 2, client: 'samtycke-relay', topic: 'consent.state.v1' },
      ]);
    }
  });

  /** Answers every request with its correlation id. */
  async function broker(): Promise<KafkaProxy> {
    const server = createServer((socket) => {
      const frames = new Frames();
      socket.on('error', () => undefined).on('data', (chunk) => {
        for (const frame of frames.take(chunk)) socket.write(Buffer.concat([Buffer.from([0, 0, 0, 4]), frame.subarray(8, 12)]));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = await createKafkaProxy(() => portOf(server));
    endings.push(() => (proxy.close(), server.close()));
    return proxy;
  }
  const answered = (heard: Buffer): number[] => Array.from({ length: heard.length / 8 }, (_, at) => heard.readInt32BE(at * 8 + 4));

  test('swallows the replies that a rule names, and no other', async () => {
    const proxy = await broker();
    const { socket, heard } = await client(proxy.port);
    proxy.rules({ reply: ({ topic }) => (topic === 'consent.state.v1' ? 'swallow' : 'pass') });
    for (const [at, topic] of ['consent.events.v1', 'consent.state.v1', 'consent.acks.v1'].entries()) socket.write(produce(at, topic));
    await until(() => answered(heard()).length === 2);
    expect(answered(heard())).toEqual([0, 2]);
  });

  test('holds a request and all behind it until it is mended', async () => {
    const proxy = await broker();
    const { socket, heard } = await client(proxy.port);
    proxy.rules({ request: ({ correlation }) => (correlation === 1 ? 'hold' : 'pass') });
    for (const at of [0, 1, 2]) socket.write(produce(at, 'consent.events.v1'));
    await until(() => answered(heard()).length === 1);
    await expect(until(() => answered(heard()).length > 1, { timeoutMs: 200 })).rejects.toThrow();
    proxy.mend();
    await until(() => answered(heard()).length === 3);
    expect(answered(heard())).toEqual([0, 1, 2]);
  });
});
