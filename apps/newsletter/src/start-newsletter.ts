import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { openPool } from '#consumer';
import { createHub } from '#live';
import { dkimRecord } from '#mails';
import type { NewsletterConfig } from './config/read-config.js';
import { followLedger } from './follow/follow-ledger.js';
import { guardRequests, ownHosts } from './http/guard-requests.js';
import { createLog, frameworkLog } from './http/log.js';
import { PageErrors } from './http/page-errors.js';
import { SECURITY_HEADERS } from './http/security-headers.js';
import { createTopics } from './issues/ask-topics.js';
import { NewsletterModule } from './newsletter.module.js';
import type { NewsletterParts } from './parts.js';
import { createPost } from './send/post.js';
import { createSender } from './send/send-issues.js';
import { migrateNewsletter } from './store/migrate.js';
import { pruneReactions } from './store/reactions.js';

export interface RunningNewsletter {
  /** Where it listens. */
  url: string;
  /** Ends within 5 s; mails that are under way are finished. */
  stop(): Promise<void>;
}

const PRUNE_MS = 60_000;

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function createParts(config: NewsletterConfig): NewsletterParts {
  const log = createLog(config.logLevel);
  const onError = (error: Error): void => log.warn({ code: (error as { code?: string }).code }, 'a database connection broke');
  const pool = openPool({ url: config.databaseUrl, name: 'samtycke-newsletter', max: 10, onError });
  const hub = createHub();
  const consumer = followLedger({ config, pool, log, hub });
  const sender = createSender({ config, pool, log, consumer, post: createPost(config) }, () => hub.changed());
  return { config, log, pool, hub, consumer, sender, topics: createTopics(config) };
}

async function serveFiles(app: NestFastifyApplication): Promise<void> {
  const files = { decorateReply: false, index: false as const, dotfiles: 'deny' as const, cacheControl: true, maxAge: 0 };
  await app.register(fastifyStatic, { ...files, root: folder('../public/'), prefix: '/assets/' });
  await app.register(fastifyStatic, { ...files, root: folder('./browser/'), prefix: '/assets/js/', allowedPath: (path) => path === '/newsletter.bundle.js' });
}

async function createApp(parts: NewsletterParts): Promise<NestFastifyApplication> {
  const { config, log } = parts;
  const adapter = new FastifyAdapter({ forceCloseConnections: true, bodyLimit: 256 * 1024 });
  const app = await NestFactory.create<NestFastifyApplication>(NewsletterModule.of(parts), adapter, { logger: frameworkLog(log), abortOnError: false });
  const fastify = adapter.getInstance();
  fastify.addHook('onRequest', guardRequests(ownHosts(config.host, config.ownUrl)));
  fastify.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (!request.url.startsWith('/assets/')) reply.headers({ 'cache-control': 'no-store', vary: 'Cookie' });
  });
  app.useGlobalFilters(new PageErrors(log));
  await serveFiles(app);
  return app;
}

/** Starts the newsletter: its tables, its consumer, its pages. Resolves when it answers; Kafka and the api may come later. */
export async function startNewsletter(config: NewsletterConfig): Promise<RunningNewsletter> {
  const parts = createParts(config);
  const { pool, consumer, sender, log } = parts;
  await migrateNewsletter(pool);
  const app = await createApp(parts);
  await consumer.start();
  await app.listen(config.port, config.host);
  sender.start();
  const pruning = setInterval(() => void pruneReactions(pool).catch(() => log.debug('the log could not be pruned')), PRUNE_MS);
  const url = await app.getUrl();
  log.info({ url, ...(config.dkim && { dkim: dkimRecord(config.dkim) }) }, 'ready');
  return {
    url,
    stop: async () => {
      clearInterval(pruning);
      await Promise.all([app.close(), sender.stop(), consumer.stop()]);
      await pool.end();
      log.info('stopped');
    },
  };
}
