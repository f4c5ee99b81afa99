import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import request from 'supertest';
import { createKey, SCOPES, type NewKey, type Scope } from '#access';
import { createPool, KEYED_LOOKUPS } from '#database';
import { freshLedger, type FreshLedger } from '#testing';
import type { Keyring } from '#vault';
import type { Limits } from '../../apps/api/src/consents/rates.js';
import { createApi } from '../../apps/api/src/create-api.js';

export const ORIGIN = 'https://www.example.se';
const TOMORROW = new Date(Date.now() + 86_400_000);

/** The real api on a ledger of its own, with the rights of its own role, and a key for each scope. */
export interface TestApi {
  fresh: FreshLedger;
  app: NestFastifyApplication;
  keys: Record<Scope, string>;
  siteKey: string;
  /** The transparency log's folder, which the relay would write. */
  logDir: string;
  makeKey(key: Partial<NewKey> & Pick<NewKey, 'kind' | 'owner'>): Promise<{ id: string; secret: string }>;
  post(path: string, body: unknown, key?: string, headers?: Record<string, string>): request.Test;
  put(path: string, body: unknown, key?: string, headers?: Record<string, string>): request.Test;
  get(path: string, key?: string, headers?: Record<string, string>): request.Test;
  events(): Promise<number>;
  close(): Promise<void>;
}

/** `keyringOf`: where the api's keyring comes from, such as a file; else it is the ledger's own. */
export async function testApi({ limits, webhookHosts, keyringOf = (ring) => ring }: { limits?: Partial<Limits>; webhookHosts?: string; keyringOf?: (ring: Keyring) => Keyring } = {}): Promise<TestApi> {
  const fresh = await freshLedger();
  const pool = createPool({ url: fresh.url, name: 'api', max: 8, settings: { ...KEYED_LOOKUPS, role: 'samtycke_api' } });
  const makeKey: TestApi['makeKey'] = (key) => createKey(fresh.pool, fresh.id, { expiresAt: TOMORROW, ...key });
  const keys = {} as Record<Scope, string>;
  for (const scope of SCOPES) keys[scope] = (await makeKey({ kind: 'server', owner: 'crm', scopes: [scope] })).secret;
  const purposes = [...fresh.catalogue.purposes.values()].filter((purpose) => purpose.choice !== 'told' && purpose.id !== 'likeness-publication').map((purpose) => purpose.id);
  const siteKey = (await makeKey({ kind: 'site', owner: 'website', origins: [ORIGIN], purposes })).secret;
  const logDir = await mkdtemp(join(tmpdir(), 'samtycke-log-'));
  const app = await createApi({ log: pino({ level: 'silent' }), pool, ledger: fresh.id, keyring: keyringOf(fresh.keyring), publicUrl: 'https://consent.example.test', portalUrl: 'https://portal.example.test', logDir, scriptDir: join(process.cwd(), 'dist/libs/web/browser'), limits, webhookHosts });
  await app.getHttpAdapter().getInstance().ready();
  const server = app.getHttpServer();
  const withKey = (test: request.Test, key?: string, headers: Record<string, string> = {}): request.Test => {
    if (key !== undefined) void test.set('authorization', `Bearer ${key}`);
    return test.set(headers);
  };
  return {
    fresh,
    app,
    keys,
    siteKey,
    logDir,
    makeKey,
    post: (path, body, key, headers) => withKey(request(server).post(path), key, headers).send(body as object),
    put: (path, body, key, headers) => withKey(request(server).put(path), key, headers).send(body as object),
    get: (path, key, headers) => withKey(request(server).get(path), key, headers),
    events: async () => Number((await fresh.pool.query<{ n: string }>(`SELECT count(*) AS n FROM events WHERE purpose <> '~ledger'`)).rows[0]?.n),
    close: async () => {
      await app.close();
      await pool.end();
      await fresh.close();
      await rm(logDir, { recursive: true });
    },
  };
}

export const NEWSLETTER = {
  decisions: [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }],
  notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' },
  capture: { context: 'newsletter-signup', method: 'form', point: 'site-footer', url: 'https://www.example.se/' },
};

let people = 0;
/** An address that no other test uses. */
export const someone = (): { email: string } => ({ email: `person.${(people += 1)}.${process.pid}@example.se` });
