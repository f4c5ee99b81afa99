import { ForbiddenException, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

export const CHANGES_NOTHING: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
const FROM_WEBSITE = 'samtycke:from-website';

/** A route to which the website's pages may post; it checks the origin itself. */
export const FromWebsite = (): MethodDecorator => SetMetadata(FROM_WEBSITE, true);

/** Whether a browser says that a request came from this portal's own pages; programs send neither header. */
export function isOwn(headers: FastifyRequest['headers']): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin } = headers;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === headers.host);
}

/** What changes something is taken from the portal's own pages only. */
@Injectable()
export class SameOriginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (CHANGES_NOTHING.includes(request.method) || isOwn(request.headers)) return true;
    if (Reflect.getMetadata(FROM_WEBSITE, context.getHandler()) === true) return true;
    throw new ForbiddenException();
  }
}
