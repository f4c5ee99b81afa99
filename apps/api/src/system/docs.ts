import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PERSONS_TOKEN, SERVER_KEY, SITE_KEY } from '../http/access.js';
import { CODES } from '../http/codes.js';
import { renderDocsPage } from './docs-page.js';
import { keyWords, type Security } from './key-words.js';

const DESCRIPTION =
  'The consent and preferences ledger: every change is durable when it is answered, provable to an outsider, and on Kafka within tens of milliseconds. ' +
  'Errors are problem documents (RFC 9457) with a stable `code`; a 4xx changes nothing.';

const codes = Object.entries(CODES);
const TABLE = ['| code | status | |', '|---|---|---|', ...codes.map(([code, [statuses, meaning]]) => `| \`${code}\` | ${statuses.join(', ')} | ${meaning} |`)].join('\n');

/** The problem document, with every code that can stand in it, and those that stand beside a decision of an answer. */
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: codes.filter(([, [statuses]]) => statuses.some((status) => status !== 'decision')).map(([code]) => code) },
    detail: { type: 'string', description: 'for people; may change' },
  },
  'x-codes': Object.fromEntries(codes.map(([code, [status, meaning]]) => [code, { status, meaning }])),
};

/** Every call may end in a problem. */
function addProblems(document: OpenAPIObject): void {
  const schemas = (document.components ??= {}).schemas ?? {};
  document.components.schemas = { ...schemas, Problem: PROBLEM as (typeof schemas)[string] };
  const problem = { description: 'a problem document', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
  for (const methods of Object.values(document.paths)) {
    for (const call of Object.values(methods) as { responses?: Record<string, unknown> }[]) if (call.responses) call.responses.default ??= problem;
  }
}

interface Parameter {
  in: string;
  description?: string;
}

/**
 * Nest lists every header that a handler reads, as required and in words of its own, beside those that are described. What a
 * browser sends by itself (Origin, Accept-Language) is no parameter, and the described ones stand once.
 */
function keepDescribedHeaders(document: OpenAPIObject): void {
  for (const methods of Object.values(document.paths)) {
    for (const call of Object.values(methods) as { parameters?: Parameter[] }[]) call.parameters = call.parameters?.filter((one) => one.in !== 'header' || one.description !== undefined);
  }
}

/** Which key a call needs, in words too: not every reader of OpenAPI shows the scopes of a key that is no OAuth token. */
function sayKeys(document: OpenAPIObject): void {
  for (const methods of Object.values(document.paths)) {
    for (const call of Object.values(methods) as { description?: string; security?: Security[] }[]) {
      if (call.security?.length) call.description = [...(call.description ? [call.description] : []), `Needs ${keyWords(call.security)}.`].join(' ');
    }
  }
}

/** How calls say who they are from. */
const waysIn = (document: DocumentBuilder): DocumentBuilder =>
  document
    .addSecurity(SERVER_KEY, { type: 'http', scheme: 'bearer', description: 'a key of a system, with scopes: `samtycke keys create`' })
    .addSecurity(SITE_KEY, { type: 'http', scheme: 'bearer', description: 'a key of a website, good from the origins and for the purposes that it names' })
    .addSecurity(PERSONS_TOKEN, { type: 'apiKey', in: 'query', name: 'token', description: 'the token of a link that the person was given' });

/** OpenAPI 3.1 at /openapi.json and a browsable page at /docs, both made from the controllers; gives the schemas of the bodies. */
export async function serveDocs(app: NestFastifyApplication): Promise<Record<string, unknown>> {
  const config = waysIn(new DocumentBuilder().setTitle('Samtycke').setDescription(`${DESCRIPTION}\n\n${TABLE}`).setVersion('1').setOpenAPIVersion('3.1.0')).build();
  const document = SwaggerModule.createDocument(app, config);
  const bodies = document.components?.schemas ?? {};
  addProblems(document);
  keepDescribedHeaders(document);
  const page = renderDocsPage(document, DESCRIPTION);
  sayKeys(document);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json', ui: false, raw: ['json'] });
  app.getHttpAdapter().getInstance().get('/docs', (_request, reply) => reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(page));
  return bodies;
}
