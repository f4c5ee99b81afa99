import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PARTS, type AnalyticsParts } from '../analytics-parts.js';
import { Problem } from './problems.js';

/**
 * Lets the website's pages in, and tells their browsers so (CORS, without credentials). A browser that comes from any
 * other page is refused; programs name no origin.
 */
@Injectable()
export class WebsiteOnly implements CanActivate {
  constructor(@Inject(PARTS) private readonly parts: AnalyticsParts) {}

  canActivate(context: ExecutionContext): boolean {
    const { origin } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    void reply.header('vary', 'Origin');
    if (origin === undefined) return true;
    if (!this.parts.config.origins.includes(origin)) throw new Problem(403, 'foreign_origin', 'Page views are taken from the website alone.');
    void reply.headers({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '600',
    });
    return true;
  }
}
