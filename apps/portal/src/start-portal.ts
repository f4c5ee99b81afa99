import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { PortalConfig } from './config/read-config.js';
import { createParts } from './create-parts.js';
import { frameworkLog } from './http/log.js';
import { PageErrors } from './http/page-errors.js';
import { securityHeaders } from './http/security-headers.js';
import { isSecure } from './http/visit.js';
import { beatPages } from './live/heartbeat.js';
import { PortalModule } from './portal.module.js';
import type { PortalParts } from './portal-parts.js';
import { migratePortal } from './store/migrate.js';

export interface RunningPortal {
  /** Where it listens. */
  url: string;
  stop(): Promise<void>;
}

const SWEEP_MS = 10 * 60 * 1000;

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function serveFiles(app: NestFastifyApplication): Promise<void> {
  const files = { decorateReply: false, cacheControl: true, maxAge: 0, index: false as const, dotfiles: 'deny' as const };
  await app.register(fastifyStatic, { ...files, root: folder('../public/'), prefix: '/assets/' });
  await app.register(fastifyStatic, { ...files, root: folder('./browser/'), prefix: '/assets/js/', allowedPath: (path) => /^\/(portal\.bundle|onward)\.js$/.test(path) });
}

/** Removes what has ended by time: sessions, what signing in needed, corrections that nobody finished, and what an erasure left. */
const sweep = ({ sessions, begun, asks, corrections, erasures }: PortalParts): Promise<unknown> => Promise.all([sessions.sweep(), begun.sweep(), asks.sweep(), corrections.sweep(), erasures.sweep()]);

/** Starts the portal: its tables, its consumer, its pages. Resolves when it answers; Kafka and the api may come later. */
export async function startPortal(config: PortalConfig): Promise<RunningPortal> {
  const parts = createParts(config);
  const { log, pool, consumer, sender, links } = parts;
  await migratePortal(pool);
  const adapter = new FastifyAdapter({ forceCloseConnections: true, bodyLimit: 64 * 1024, routerOptions: { maxParamLength: 100 }, trustProxy: config.trustProxy.length > 0 ? config.trustProxy : false });
  const app = await NestFactory.create<NestFastifyApplication>(PortalModule.of(parts), adapter, { logger: frameworkLog(log), abortOnError: false });
  const headers = securityHeaders(isSecure(parts));
  adapter.getInstance().addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    if (!request.url.startsWith('/assets/')) reply.headers({ 'cache-control': 'no-store', vary: 'Cookie, Accept-Language' });
  });
  app.useGlobalFilters(new PageErrors(parts));
  await serveFiles(app);
  await consumer.start();
  await app.listen(config.port, config.host);
  sender.wake();
  links?.wake();
  const sweeper = setInterval(() => void sweep(parts).catch(() => log.warn('what has ended could not be removed')), SWEEP_MS);
  const stopBeating = beatPages(parts);
  const url = await app.getUrl();
  log.info({ url, developmentSignIn: config.developmentSignIn }, 'portal is ready');
  return {
    url,
    async stop() {
      clearInterval(sweeper);
      stopBeating();
      sender.stop();
      await app.close();
      await links?.stop();
      await consumer.stop();
      await pool.end();
      log.info('portal has stopped');
    },
  };
}
