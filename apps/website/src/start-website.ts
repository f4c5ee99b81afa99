import 'reflect-metadata';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { loadCatalogue } from '#catalogue';
import type { WebsiteConfig } from './config/read-config.js';
import { Delivery, type Submission } from './forms/delivery.js';
import { postMail } from './forms/post-mail.js';
import { createRates } from './forms/rates.js';
import { RefusedMails, type RefusedMail } from './forms/refused-mails.js';
import { createLog, frameworkLog } from './http/log.js';
import { PageErrors } from './http/page-errors.js';
import { securityHeaders } from './http/security-headers.js';
import { siteNotices } from './notices/site-notices.js';
import { createSpool } from './store/spool.js';
import { WebsiteModule, type WebsiteParts } from './website.module.js';

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

const KB = 1024;
const FORM_BYTES = 64 * KB;
const FILES_BYTES = 16 * KB * KB;

/** Forms reach their controller as they were sent; nothing else has a body here. */
function readForms(adapter: FastifyAdapter): void {
  const instance = adapter.getInstance();
  instance.removeAllContentTypeParsers();
  const whole = (_request: unknown, body: Buffer, done: (error: null, body: Buffer) => void): void => done(null, body);
  instance.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer', bodyLimit: FORM_BYTES }, whole);
  instance.addContentTypeParser('multipart/form-data', { parseAs: 'buffer', bodyLimit: FILES_BYTES }, whole);
}

async function createSite(parts: WebsiteParts, log: Logger): Promise<NestFastifyApplication> {
  const { config, notices } = parts;
  const adapter = new FastifyAdapter({ forceCloseConnections: true, bodyLimit: KB, trustProxy: config.trustProxy });
  const app = await NestFactory.create<NestFastifyApplication>(WebsiteModule.of(parts), adapter, { logger: frameworkLog(log), abortOnError: false, bodyParser: false });
  const headers = securityHeaders(config);
  readForms(adapter);
  adapter.getInstance().addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    if (!request.url.startsWith('/assets/')) reply.headers({ 'cache-control': 'no-store', vary: 'Sec-GPC' });
  });
  app.useGlobalFilters(new PageErrors(config, notices, log));
  await serveFiles(app);
  return app;
}

/** Starts the site; resolves when it answers. */
export async function startWebsite(config: WebsiteConfig, log = createLog(config.logLevel)): Promise<RunningWebsite> {
  const catalogue = loadCatalogue();
  const notices = siteNotices(catalogue, config.innerApiUrl, log);
  const post = postMail(config);
  const refused = new RefusedMails({ spool: createSpool<RefusedMail>(join(config.dataDir, 'forms-refused')), post, log });
  const delivery = new Delivery({ spool: createSpool<Submission>(join(config.dataDir, 'forms')), refused, post, siteKey: config.siteKey, log });
  await notices.start();
  const app = await createSite({ config, notices, catalogue, delivery, rates: createRates() }, log);
  await delivery.start();
  await app.listen(config.port, config.host);
  const url = await app.getUrl();
  log.info({ url }, 'website is ready');
  return {
    url,
    async stop() {
      notices.stop();
      await app.close();
      await delivery.stop();
      log.info('website has stopped');
    },
  };
}
