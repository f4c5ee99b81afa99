import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const DESCRIPTION =
  'The consent and preferences ledger: every change is durable when it is answered, provable to an outsider, and on Kafka within milliseconds. ' +
  'Errors are problem documents (RFC 9457) with a stable `code`; a 4xx changes nothing.';

/** OpenAPI 3.1 at /openapi.json and a browsable page at /docs, both made from the controllers; gives the schemas of the bodies. */
export async function serveDocs(app: NestFastifyApplication): Promise<Record<string, unknown>> {
  const config = new DocumentBuilder().setTitle('Samtycke').setDescription(DESCRIPTION).setVersion('1').setOpenAPIVersion('3.1.0').addBearerAuth().build();
  const document = SwaggerModule.createDocument(app, config);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json', customSiteTitle: 'Samtycke API', customCss: '.swagger-ui .topbar{display:none}' });
  return document.components?.schemas ?? {};
}
