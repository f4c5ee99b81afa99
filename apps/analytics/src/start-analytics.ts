import 'reflect-metadata';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AnalyticsModule } from './analytics.module.js';
import type { AnalyticsConfig } from './config/read-config.js';
import { createParts } from './create-parts.js';
import { frameworkLog } from './http/log.js';
import { ProblemAnswers, validation } from './http/problems.js';
import { securityHeaders } from './http/security-headers.js';
import { migrateAnalytics } from './store/migrate.js';
import { keepSwept } from './store/sweep.js';

export interface RunningAnalytics {
  /** Where it listens. */
  url: string;
  stop(): Promise<void>;
}

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Styles, the page's own scripts, and the chart library from this installation's own packages. */
async function serveFiles(app: NestFastifyApplication): Promise<void> {
  const files = { decorateReply: false, cacheControl: true, maxAge: 0, index: false as const, dotfiles: 'deny' as const };
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot'));
  await app.register(fastifyStatic, { ...files, root: folder('../public/'), prefix: '/assets/' });
  await app.register(fastifyStatic, { ...files, root: folder('./browser/'), prefix: '/assets/js/', allowedPath: (path) => path === '/analytics.bundle.js' });
  await app.register(fastifyStatic, { ...files, root: uplot, prefix: '/assets/uplot/', allowedPath: (path) => /^\/uPlot\.(iife\.min\.js|min\.css)$/.test(path) });
}

/** Starts the analytics: tables, consumer, routes. Resolves when it answers; Kafka may come later. */
export async function startAnalytics(config: AnalyticsConfig): Promise<RunningAnalytics> {
  const parts = createParts(config);
  const { log, pool, consumer, views } = parts;
  await migrateAnalytics(pool);
  const adapter = new FastifyAdapter({ forceCloseConnections: true, bodyLimit: 4 * 1024 });
  adapter.getInstance().removeContentTypeParser('text/plain');
  const options = { logger: frameworkLog(log), abortOnError: false, bodyParser: false };
  const app = await NestFactory.create<NestFastifyApplication>(AnalyticsModule.of(parts), adapter, options);
  const headers = securityHeaders(config.secure);
  adapter.getInstance().addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    if (!request.url.startsWith('/assets/')) reply.header('cache-control', 'no-store');
  });
  app.useGlobalPipes(validation());
  app.useGlobalFilters(new ProblemAnswers(log));
  await serveFiles(app);
  await consumer.start();
  const sweeper = keepSwept(pool, log);
  await app.listen(config.port, config.host);
  const url = await app.getUrl();
  log.info({ url }, 'analytics is ready');
  return {
    url,
    async stop() {
      await app.close();
      await Promise.all([views.stop(), consumer.stop(), sweeper.stop()]);
      await pool.end();
      log.info('analytics has stopped');
    },
  };
}
