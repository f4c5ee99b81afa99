import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { plainPage } from '../pages/home.js';
import { WORDS } from '../pages/words.js';
import { languageOf } from './language.js';

/** Whatever was thrown becomes a page, or JSON for programs; what nobody foresaw is logged without its message. */
@Catch()
export class PageErrors implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const known = error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: unknown }).statusCode);
    const status = known >= 400 && known < 500 ? known : 500;
    if (status === 500) this.log.error({ name: (error as Error).name, code: (error as { code?: string }).code }, 'a request failed');
    if (!request.headers.accept?.includes('text/html')) return void reply.status(status).send({ status });
    const words = WORDS[languageOf(request)].errors;
    const page = plainPage(status === 404 ? words.notFound : words.failed, languageOf(request));
    void reply.status(status).type('text/html; charset=utf-8').send(page);
  }
}
