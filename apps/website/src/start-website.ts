import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadCatalogue } from '#catalogue';
import type { WebsiteConfig } from './config/read-config.js';
import { createLog, frameworkLog } from './http/log.js';
import { PageErrors } from './http/page-errors.js';
import { securityHeaders } from './http/security-headers.js';
import { siteNotices } from './notices/site-notices.js';
import { WebsiteModule } from './website.module.js';

export interface RunningWebsite {
  /** Where it listens. */
  url: string;
  stop(): Promise<void>;
}

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function serveFiles(app: NestFastifyApplication): Promise<void> {
  const files = { decorateReply: false, cacheControl: true, maxAge: 0, index: false as const, dotfiles: 'deny' as const };
  await app.register(fastifyStatic, { ...files, root: folder('../public/'), prefix: '/assets/' });
  await app.register(fastifyStatic, { ...files, root: folder('./browser/'), prefix: '/assets/js/', allowedPath: (path) => /^\/[\w-]+\.js$/.test(path) });
}

/** Starts the site; resolves when it answers. */
export async function startWebsite(config: WebsiteConfig): Promise<RunningWebsite> {
  const log = createLog(config.logLevel);
  const notices = siteNotices(loadCatalogue(), config.apiUrl, log);
  await notices.start();
  const adapter = new FastifyAdapter({ forceCloseConnections: true, bodyLimit: 1024 });
  const app = await NestFactory.create<NestFastifyApplication>(WebsiteModule.of(config, notices), adapter, { logger: frameworkLog(log), abortOnError: false });
  const headers = securityHeaders(config);
  adapter.getInstance().addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    if (!request.url.startsWith('/assets/')) reply.headers({ 'cache-control': 'no-store', vary: 'Sec-GPC' });
  });
  app.useGlobalFilters(new PageErrors(config, notices, log));
  await serveFiles(app);
  await app.listen(config.port, config.host);
  const url = await app.getUrl();
  log.info({ url }, 'website is ready');
  return {
    url,
    async stop() {
      notices.stop();
      await app.close();
      log.info('website has stopped');
    },
  };
}
