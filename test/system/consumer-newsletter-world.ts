import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser, type ParsedMail } from 'mailparser';
import { freshDatabase, until, type FreshDatabase } from '#testing';
import { createWorld, type World } from './consumer-world.js';

/** What the api says of addresses: as the ledger would, or as a test wants it. */
export interface Api {
  url: string;
  /** Everybody has an address, unless this says otherwise; called once for each question. */
  answer: (person: string) => Promise<{ status?: number; body: unknown }>;
  asked: string[];
  server: Server;
}

export const addressOf = (person: string): string => `p-${person.slice(0, 8)}@example.se`;
export const linkOf = (person: string): string => `http://127.0.0.1:8080/u/${person.replaceAll('-', '')}`;
export const known = (person: string) => ({ body: { identifiers: [{ id: randomUUID(), kind: 'email', value: addressOf(person) }], unsubscribe: linkOf(person) } });

/** What people can wish for, as the ledger's catalogue tells it. */
const PURPOSES = { purposes: [{ id: 'newsletter', preferences: { topics: [{ id: 'products', texts: { sv: { title: 'Produkter' } } }, { id: 'training', texts: { sv: { title: 'Utbildning' } } }] } }] };

async function startApi(): Promise<Api> {
  const api: Api = { url: '', answer: async (person) => known(person), asked: [], server: createServer() };
  api.server.on('request', (request, response) => {
    if (request.url === '/v1/purposes') return void response.end(JSON.stringify(PURPOSES));
    const person = request.url?.split('/')[3] ?? '';
    api.asked.push(person);
    void api.answer(person).then(({ status = 200, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  api.server.listen(0, '127.0.0.1');
  await once(api.server, 'listening');
  api.url = `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`;
  return api;
}

export interface IssueAnswer {
  id: string;
  finishedAt: string | null;
  progress: { queued: number; sent: number; leftOut: Record<string, number> };
}

export interface NewsletterWorld {
  world: World;
  api: Api;
  database: FreshDatabase;
  /** Where the newsletter answers. */
  url: string;
  /** Starts the program (again), and waits until it follows the ledger. */
  start(env?: Record<string, string>): Promise<ChildProcess>;
  /** Starts another one, on a port of its own; gives its address. */
  beside(env?: Record<string, string>): Promise<string>;
  /** Lets people say yes, and waits until they stand on the list. */
  subscribe(count: number): Promise<string[]>;
  write(issue?: { id?: string; subject?: string; body?: string; topic?: string; language?: string }): Promise<string>;
  issue(id: string): Promise<IssueAnswer>;
  finished(id: string): Promise<IssueAnswer>;
  mails(): Promise<ParsedMail[]>;
  get<T>(path: string): Promise<T>;
  close(): Promise<void>;
}

const PROGRAM = join(import.meta.dirname, '../../dist/apps/newsletter/src/main.js');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** A newsletter in a process of its own, with an api that the test speaks for. */
export async function createNewsletterWorld(): Promise<NewsletterWorld> {
  const [world, api, database, port, mailDir] = await Promise.all([createWorld(), startApi(), freshDatabase(), freePort(), mkdtemp(join(tmpdir(), 'samtycke-mails-'))]);
  const url = `http://127.0.0.1:${port}`;
  const children: ChildProcess[] = [];
  const get = async <T>(path: string): Promise<T> => (await (await fetch(url + path)).json()) as T;
  const issue = (id: string): Promise<IssueAnswer> => get(`/api/issues/${id}`);
  const environment = {
    DATABASE_URL: database.url,
    KAFKA_BROKERS: world.topics.brokers,
    KAFKA_TOPIC_PREFIX: world.topics.prefix,
    API_URL: api.url,
    API_KEY: 'test',
    NEWSLETTER_PORT: String(port),
    MAIL_DIR: mailDir,
    LOG_LEVEL: 'warn',
    NODE_ENV: 'production',
    NODE_OPTIONS: '',
  };
  return {
    world,
    api,
    database,
    url,
    get,
    issue,
    start: async (env = {}) => {
      const child = fork(PROGRAM, { env: { ...process.env, ...environment, ...env } });
      children.push(child);
      await once(child, 'message');
      const following = async (): Promise<boolean> => (await get<{ consumer: { state: string } }>('/health/ready')).consumer.state === 'following';
      await until(following, { timeoutMs: 30_000, what: 'the newsletter to follow the ledger' });
      return child;
    },
    beside: async (env = {}) => {
      const other = await freePort();
      const child = fork(PROGRAM, { env: { ...process.env, ...environment, ...env, NEWSLETTER_PORT: String(other) } });
      children.push(child);
      await once(child, 'message');
      return `http://127.0.0.1:${other}`;
    },
    subscribe: async (count) => {
      const people = Array.from({ length: count }, () => randomUUID());
      const before = (await get<{ count: number }>('/api/list')).count;
      await world.writer.send(...people.map((person) => world.writer.grant(person, 'newsletter', { channels: ['email'] })));
      await until(async () => (await get<{ count: number }>('/api/list')).count === before + count, { timeoutMs: 20_000 });
      return people;
    },
    write: async (written = {}) => {
      const body = JSON.stringify({ subject: 'Nytt från oss', body: 'Hej!\n\nTre nyheter.', ...written });
      const response = await fetch(`${url}/issues`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return ((await response.json()) as { id: string }).id;
    },
    finished: (id) =>
      until(
        async () => {
          const found = await issue(id);
          return found.finishedAt !== null && found;
        },
        { timeoutMs: 60_000, what: 'the issue to be sent' },
      ),
    mails: async () => {
      const files = (await readdir(mailDir)).filter((name) => name.endsWith('.eml'));
      return Promise.all(files.map(async (name) => simpleParser(await readFile(join(mailDir, name)))));
    },
    close: async () => {
      for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      api.server.closeAllConnections();
      api.server.close();
      await world.close();
      await Promise.all([database.drop(), rm(mailDir, { recursive: true, force: true })]);
    },
  };
}
