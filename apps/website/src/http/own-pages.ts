import { HttpException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Whether a browser says that a form was sent from this site's own pages; programs send neither header. */
function isFromOwnPage({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin } = headers;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === headers.host);
}

/** No other site sends a form through a visitor's browser. */
export function demandOwnPage(request: FastifyRequest): void {
  if (!isFromOwnPage(request)) throw new HttpException('forms are taken from this site’s own pages only', 403);
}
