import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { textsIn } from '../language/texts.js';
import { layout } from '../pages/layout.js';
import { messagePage } from '../pages/notice-page.js';
import type { PortalParts } from '../portal-parts.js';
import { localeOf } from './visit.js';

function statusOf(error: unknown): number {
  const status = error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: unknown })?.statusCode);
  return (status >= 400 && status < 500) || status === 503 ? status : 500;
}

/** Whatever was thrown becomes a page that people understand; what nobody foresaw is logged. */
@Catch()
export class PageErrors implements ExceptionFilter {
  constructor(private readonly parts: Pick<PortalParts, 'log'>) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    if (reply.sent) return;
    const status = statusOf(error);
    if (status === 500) this.parts.log.error({ name: (error as Error)?.name, code: (error as { code?: string })?.code, stack: (error as Error)?.stack }, 'unforeseen error');
    const locale = localeOf(request);
    const { missing, broken } = textsIn(locale);
    const words = status < 500 ? missing : broken;
    const markup = layout({ locale, title: words.title, path: '/', content: messagePage(words.title, words.words, missing.home) }).markup;
    void reply.status(status).header('content-type', 'text/html; charset=utf-8').send(markup);
  }
}
