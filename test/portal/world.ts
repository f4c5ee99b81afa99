import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import pg from 'pg';
import { freePort } from '#servers';
import { freshDatabase, until } from '#testing';
import { readConfig } from '../../apps/portal/src/config/read-config.js';
import { startPortal } from '../../apps/portal/src/start-portal.js';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  link: string;
}

interface Answer {
  status: number;
  body: unknown;
}

/** The portal itself, on a database of its own. No Kafka answers it; the ledger is what a test puts in its place. */
export interface PortalWorld {
  url: string;
  pool: pg.Pool;
  /** What the portal asked of the ledger. */
  asked: { path: string; body: unknown; key?: string; network?: string; agent?: string }[];
  /** The ledger's answers, by method and path, or by what was asked there; 404 for others. */
  answers: Map<string, Answer | ((body: unknown) => Answer)>;
  mails(): Promise<Mail[]>;
  mailTo(address: string, nth?: number): Promise<Mail>;
  close(): Promise<void>;
}

export async function fakeLedger(asked: PortalWorld['asked'], answers: PortalWorld['answers']): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body: unknown = text ? JSON.parse(text) : undefined;
      const { 'idempotency-key': key, 'x-forwarded-for': network, 'user-agent': agent } = request.headers as Record<string, string | undefined>;
      asked.push({ path: `${request.method} ${request.url}`, body, key, network, agent });
      const found = answers.get(`${request.method} ${request.url?.split('?')[0]}`) ?? { status: 404, body: { code: 'not_found' } };
      const answer = typeof found === 'function' ? found(body) : found;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, server };
}

async function readMails(folder: string): Promise<Mail[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.eml'));
  return Promise.all(
    files.map(async (file) => {
      const mail = await simpleParser(await readFile(join(folder, file)));
      const to = [mail.to ?? []].flat().flatMap(({ value }) => value.map(({ address }) => address ?? '')).join();
      return { to, subject: mail.subject ?? '', text: mail.text ?? '', link: /https?:\/\/\S+/.exec(mail.text ?? '')?.[0] ?? '' };
    }),
  );
}

/** `settings` are variables of its environment; `{portal}` in them becomes its address. */
export async function portalWorld(settings: (portalUrl: string) => Record<string, string> = () => ({})): Promise<PortalWorld> {
  const database = await freshDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'samtycke-portal-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const asked: PortalWorld['asked'] = [];
  const answers: PortalWorld['answers'] = new Map([['GET /v1/purposes', { status: 200, body: { purposes: [] } }]]);
  const ledger = await fakeLedger(asked, answers);
  const env = { DATABASE_URL: database.url, KAFKA_BROKERS: '127.0.0.1:9', API_KEY: 'key', API_URL: ledger.url, WEBSITE_URL: 'http://www.example.test', LOG_LEVEL: 'silent', NODE_ENV: 'production' };
  const portal = await startPortal(readConfig({ ...env, PORTAL_PORT: String(port), PORTAL_URL: url, MAIL_DIR: folder, ...settings(url) }));
  const pool = new pg.Pool({ connectionString: database.url, max: 3 });
  pool.on('error', () => undefined);
  const mails = (): Promise<Mail[]> => readMails(folder);
  return {
    url, pool, asked, answers, mails,
    mailTo: (address, nth = 1) => until(async () => (await mails()).filter(({ to }) => to === address)[nth - 1], { timeoutMs: 30_000, what: `mail ${nth} to ${address}` }),
    async close() {
      await portal.stop();
      await pool.end();
      ledger.server.close();
      ledger.server.closeAllConnections();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
