import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { WebsiteConfig } from '../config/read-config.js';
import type { SiteNotices } from '../notices/site-notices.js';
import { buildFrame } from '../pages/build-frame.js';
import { layout } from '../pages/layout.js';
import { plainPage } from '../pages/plain-pages.js';

/** Whatever was thrown becomes a page that a visitor understands; what nobody foresaw is logged. */
@Catch()
export class PageErrors implements ExceptionFilter {
  constructor(
    private readonly config: WebsiteConfig,
    private readonly notices: SiteNotices,
    private readonly log: Logger,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const known = error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: unknown })?.statusCode);
    const status = known >= 400 && known < 500 ? known : 500;
    if (status === 500) this.log.error({ name: (error as Error)?.name, stack: (error as Error)?.stack }, 'unforeseen error');
    const page = plainPage(status);
    const gpc = request.headers['sec-gpc'];
    const markup = layout(buildFrame(this.config, this.notices, typeof gpc === 'string' ? gpc : undefined), { ...page, path: '', description: page.title }).markup;
    void reply.status(status).header('content-type', 'text/html; charset=utf-8').send(markup);
  }
}
