import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KeyCache } from '#access';
import { Freshness, Ledger } from '#ledger';
import { Counts } from '#statistics';
import type { ApiParts } from './api-parts.js';
import { ApiModule } from './api.module.js';
import { CurrentCatalogue } from './catalogue/catalogue-in-force.js';
import type { Authorised } from './http/access.js';
import { CompiledBodies } from './http/compiled-body.js';
import { parseJsonBody } from './http/json-body.js';
import { silentConnections } from './http/silent-connections.js';
import { Metrics } from './system/metrics.js';
import { serveDocs } from './system/docs.js';
import { DeviceWatch } from './watch/device-watch.js';

const BODY_LIMIT = 64 * 1024;
/** The one route that takes files: as a stream, counted by itself. */
const EVIDENCE = '/v1/evidence';
const CHECKS_LIMIT = 512 * 1024;

function bodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(/^application\/(?:[\w.-]+\+)?json\b/, { parseAs: 'buffer', bodyLimit: CHECKS_LIMIT }, (request, body, done) => {
    try {
      const bytes = body as Buffer;
      if (bytes.length > BODY_LIMIT && request.url !== '/v1/check') throw Object.assign(new Error(), { code: 'FST_ERR_CTP_BODY_TOO_LARGE' });
      done(null, bytes.length === 0 ? undefined : parseJsonBody(bytes));
    } catch (error) {
      done(error as Error);
    }
  });
  const files = ['application/pdf', 'image/jpeg', 'image/png', 'application/octet-stream'];
  fastify.addContentTypeParser(files, (request, payload, done) => {
    if (request.url.split('?')[0] === EVIDENCE) done(null, payload);
    else done(Object.assign(new Error(), { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE' }));
  });
  const forms = ['application/x-www-form-urlencoded', 'multipart/form-data'];
  fastify.addContentTypeParser(forms, { parseAs: 'string', bodyLimit: 4096 }, (_request, body, done) => done(null, body));
}

/** A cross-origin call is answered for the origins of site keys alone; the key itself is checked at the call. */
function crossOrigin(fastify: FastifyInstance, keys: KeyCache): void {
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    const { origin } = request.headers;
    if (origin === undefined) return done();
    reply.header('vary', 'Origin');
    if (!keys.allows(origin)) return done();
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-expose-headers', 'date, retry-after');
    if (request.method !== 'OPTIONS') return done();
    reply.header('access-control-allow-methods', 'GET, POST');
    reply.header('access-control-allow-headers', 'authorization, content-type, idempotency-key');
    reply.header('access-control-max-age', '600');
    void reply.status(204).send();
  });
}

/** For what a browser shows as a page. */
const PAGE_HEADERS = {
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
};

/** The page that verifies packs may not even call us: what it is given stays where it is. */
const VERIFY_POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

function hardening(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    reply.header('x-content-type-options', 'nosniff');
    // What a key opened may name somebody.
    if ((request as Authorised).apiKey && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    if (String(reply.getHeader('content-type')).startsWith('text/html')) {
      reply.headers(PAGE_HEADERS);
      if (request.routeOptions.url === '/verify') reply.header('content-security-policy', VERIFY_POLICY);
    }
    done(null, payload);
  });
}

function watching(fastify: FastifyInstance, parts: ApiParts, metrics: Metrics): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    if (reply.statusCode >= 500) parts.log.warn({ method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request failed');
    else if (parts.log.isLevelEnabled('debug')) parts.log.debug({ method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request');
    done();
  });
}

/** The longest that one call may take to arrive. */
const REQUEST_MS = 120_000;

/** The api, ready to listen. It has read its keys and its catalogue; it throws where one of them cannot be had. */
export async function createApi(parts: ApiParts): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_MS,
    http: { headersTimeout: 10_000 },
    // A call that waits its turn on a busy machine is silent for as long as it may take; cut sooner, it would end without an answer.
    connectionTimeout: REQUEST_MS,
    keepAliveTimeout: 65_000,
    // What is on its way when the api is told to end is answered as ever; its connection ends with that.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1024 },
    trustProxy: process.env.TRUST_PROXY ? process.env.TRUST_PROXY.split(',') : false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.with(parts), adapter, { logger: ['error', 'warn'], bodyParser: false });
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  const keys = app.get(KeyCache);
  bodies(fastify);
  crossOrigin(fastify, keys);
  hardening(fastify);
  watching(fastify, parts, app.get(Metrics));
  app.get(CompiledBodies).compile(await serveDocs(app));
  await keys.start();
  await app.get(CurrentCatalogue).start(app.get(Freshness));
  const silent = silentConnections(fastify.server);
  fastify.addHook('preClose', async () => {
    app.get(DeviceWatch).close();
    silent.end();
  });
  fastify.addHook('onClose', async () => {
    await app.get(Ledger).close();
    await app.get(Counts).flush();
    await keys.stop();
  });
  await app.init();
  return app;
}
