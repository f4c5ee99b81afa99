import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { textsIn } from '../language/texts.js';
import type { Texts } from '../language/wording.js';
import { layout } from '../pages/layout.js';
import { messagePage } from '../pages/notice-page.js';
import type { PortalParts } from '../portal-parts.js';
import { CHANGES_NOTHING } from './same-origin.js';
import { localeOf } from './visit.js';

function statusOf(error: unknown): number {
  const status = error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: unknown })?.statusCode);
  return (status >= 400 && status < 500) || status === 503 ? status : 500;
}

interface Said {
  title: string;
  words: string;
}

function ofRefusal(status: number, { missing, turnedDown }: Texts): Said {
  const said: Record<number, Said> = { 403: turnedDown.foreign, 404: missing, 409: turnedDown.impossible };
  return said[status] ?? turnedDown.unreadable;
}

/** Of a press nobody knows how far it came: it is not called saved. Only a fault of the portal's own is logged. */
function ofFailure(status: number, method: string, { broken }: Texts): Said {
  const words = CHANGES_NOTHING.includes(method) ? broken.looked : broken.pressed;
  return status === 503 ? { title: broken.away, words } : { title: broken.title, words: `${words} ${broken.noted}` };
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
    const texts = textsIn(locale);
    const { title, words } = status < 500 ? ofRefusal(status, texts) : ofFailure(status, request.method, texts);
    const markup = layout({ locale, title, path: '/', content: messagePage(title, words, texts.missing.home) }).markup;
    void reply.status(status).header('content-type', 'text/html; charset=utf-8').send(markup);
  }
}
