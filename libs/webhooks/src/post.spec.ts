import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { Poster, Reach, type PosterOptions } from './index.js';

const fixture = (name: string): string => readFileSync(join(process.cwd(), 'test/fixtures/tls', name), 'utf8');
const running: (Server | Poster)[] = [];
afterEach(() => {
  for (const one of running.splice(0)) {
    if (one instanceof Poster) one.close();
    else {
      one.closeAllConnections();
      one.close();
    }
  }
});

async function receiver(listener: RequestListener, secure = false): Promise<{ port: number; connections: () => number }> {
  const server = secure ? createSecureServer({ key: fixture('key.pem'), cert: fixture('cert.pem') }, listener) : createServer(listener);
  let connections = 0;
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(server);
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

function post(url: string, options: Partial<PosterOptions> = {}) {
  const poster = new Poster({ reach: new Reach([new URL(url).host]), ...options });
  running.push(poster);
  return poster.post({ url, headers: {}, body: '{}', signal: new AbortController().signal });
}

test('a redirect is an answer, and is not followed', async () => {
  const paths: (string | undefined)[] = [];
  const { port } = await receiver((request, response) => {
    paths.push(request.url);
    response.writeHead(307, { location: '/elsewhere' }).end();
  });
  expect((await post(`http://127.0.0.1:${port}/hook`)).status).toBe(307);
  expect(paths).toEqual(['/hook']);
});

test.each([['answers nothing', () => undefined], ['accepts and never ends', (_: unknown, response: { writeHead: (status: number) => { write: (text: string) => void } }) => response.writeHead(200).write('{')]])('who %s is left after the time that he has', async (what, listener) => {
  const { port } = await receiver(listener as RequestListener);
  const started = performance.now();
  const answer = await post(`http://127.0.0.1:${port}/`, { timeoutMs: 300 }).catch((error: unknown) => error);
  expect(performance.now() - started).toBeLessThan(3_000);
  expect(answer).toMatchObject(what === 'answers nothing' ? { code: 'timeout' } : { status: 200, body: '' });
});

test('of an answer no more than 16 KiB are read', async () => {
  const { port } = await receiver((_request, response) => {
    response.writeHead(200);
    const more = (): void => void (response.write('x'.repeat(64 * 1024)) ? setImmediate(more) : response.once('drain', more));
    more();
  });
  expect((await post(`http://127.0.0.1:${port}/`)).body).toHaveLength(16 * 1024);
});

test('a certificate that nobody vouches for is refused; one that is trusted is not', async () => {
  const { port } = await receiver((_request, response) => void response.writeHead(204).end(), true);
  await expect(post(`https://localhost:${port}/`)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect((await post(`https://localhost:${port}/`, { ca: fixture('cert.pem') })).status).toBe(204);
});

test('a name is looked at when it is called: one that leads to a private address then gets no connection', async () => {
  const { port, connections } = await receiver((_request, response) => void response.writeHead(204).end(), true);
  const reach = new Reach();
  expect(reach.faultOf(`https://localhost:${port}/`)).toBeUndefined();
  for (const url of [`https://localhost:${port}/`, `https://127.0.0.1:${port}/`]) await expect(post(url, { reach, ca: fixture('cert.pem') })).rejects.toMatchObject({ code: 'address_not_allowed' });
  expect(connections()).toBe(0);
});

test('nobody there, and no such name, are told apart by their code', async () => {
  const { port } = await receiver(() => undefined);
  await new Promise((resolve) => (running[0] as Server).close(resolve));
  await expect(post(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(post('https://no-such-name.invalid/')).rejects.toMatchObject({ code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
});

test('a connection is used again, and one that was closed meanwhile is no failed try', async () => {
  let answered = 0;
  const { port, connections } = await receiver((request, response) => {
    answered += 1;
    response.writeHead(204).end();
    if (answered === 2) setImmediate(() => request.socket.destroy());
  });
  const poster = new Poster({ reach: new Reach([`127.0.0.1:${port}`]) });
  running.push(poster);
  const once = () => poster.post({ url: `http://127.0.0.1:${port}/`, headers: {}, body: '{}', signal: new AbortController().signal });
  for (let call = 0; call < 3; call += 1) expect((await once()).status).toBe(204);
  expect(connections()).toBe(2);
});
