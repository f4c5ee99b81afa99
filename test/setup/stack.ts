import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { simpleParser } from 'mailparser';
import pg from 'pg';
import { freePort } from '#servers';
import { until } from '#testing';
import { readRunFile, run, type Launch, type RunFile } from '../start/fixtures/launcher.js';

const PORTS = ['API_PORT', 'PORTAL_PORT', 'WEBSITE_PORT', 'NEWSLETTER_PORT', 'ANALYTICS_PORT'];
const SYSTEMS = ['newsletter', 'analytics', 'portal'] as const;

/** The whole product as `npm start` runs it, in a data folder and on ports of its own. */
export interface Stack {
  dataDir: string;
  runFile: RunFile;
  launch: Launch;
  /** The pid that a program has now: after a restart another one than in run.json. */
  pid(name: string): number;
  /** Rows of the ledger's database, by its superuser. */
  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<R[]>;
  /** Rows of a system's database. */
  ofSystem<R extends pg.QueryResultRow>(system: string, text: string): Promise<R[]>;
  api(path: string, options?: { key?: string; body?: unknown; headers?: Record<string, string>; method?: string }): Promise<{ status: number; body: never; text: string }>;
  /** The link in the newest mail to an address. */
  mailTo(address: string): Promise<{ subject: string; link: string }>;
  stop(): Promise<void>;
}

function databaseOf(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

async function rows<R extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []): Promise<R[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<R>(text, values)).rows;
  } finally {
    await client.end();
  }
}

async function newestMail(folder: string, address: string): Promise<{ subject: string; link: string } | undefined> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.eml')).sort().reverse();
  for (const file of files) {
    const mail = await simpleParser(await readFile(join(folder, file)));
    const to = Array.isArray(mail.to) ? mail.to.map((one) => one.text).join() : mail.to?.text;
    const link = /https?:\/\/\S+\/c\/\S+/.exec(mail.text ?? '')?.[0];
    if (to?.includes(address) && link) return { subject: mail.subject ?? '', link };
  }
  return undefined;
}

/** Whether a system knows the state and follows the events: what came before is answered for only where it is the system's own. */
async function follows(url: string): Promise<boolean> {
  const health = (await (await fetch(new URL('/health/ready', url))).json()) as { consumer: { ready: boolean } };
  return health.consumer.ready;
}

/** Resolves when every system follows. */
export async function startStack(own: Record<string, string> = {}): Promise<Stack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'samtycke-stack-'));
  const ports = await Promise.all(PORTS.map(() => freePort()));
  const env = Object.fromEntries(PORTS.map((name, at) => [name, String(ports[at])]));
  const launch = run([join(process.cwd(), 'dist/apps/start/src/main.js')], { ...env, ...own, SAMTYCKE_DATA: dataDir });
  await launch.says(/Ctrl-C/, 120_000);
  const runFile = await readRunFile(dataDir);
  for (const system of SYSTEMS) await until(() => follows(runFile.urls[system] as string), { timeoutMs: 60_000, what: `${system} to follow` });
  return {
    dataDir,
    runFile,
    launch,
    pid: (name) => (JSON.parse(readFileSync(join(dataDir, 'pids.json'), 'utf8')) as Record<string, { pid: number }>)[name]?.pid ?? -1,
    query: (text, values) => rows(runFile.databaseUrl, text, values),
    ofSystem: (system, text) => rows(databaseOf(runFile.databaseUrl, system), text),
    async api(path, { key, body, headers = {}, method = body === undefined ? 'GET' : 'POST' } = {}) {
      const all = { ...(key && { authorization: `Bearer ${key}` }), ...(body !== undefined && { 'content-type': 'application/json' }), ...headers };
      const response = await fetch(new URL(path, runFile.urls.api), { method, headers: all, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(10_000) });
      const text = await response.text();
      const parsed: unknown = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined;
      return { status: response.status, body: parsed as never, text };
    },
    mailTo: (address) => until(() => newestMail(join(dataDir, 'mail'), address), { timeoutMs: 15_000, what: `a mail to ${address}` }),
    async stop() {
      launch.child.kill('SIGINT');
      await launch.exit;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
