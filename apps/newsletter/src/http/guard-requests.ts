import type { FastifyReply, FastifyRequest } from 'fastify';

const CHANGES_NOTHING = ['GET', 'HEAD', 'OPTIONS'];
const MACHINE_ITSELF = ['localhost', '127.0.0.1', '[::1]'];

/** Host names, without port, under which this program may be reached; a foreign one is another site pointed at it. */
export function ownHosts(host: string, ownUrl: string | undefined): ReadonlySet<string> {
  return new Set([...MACHINE_ITSELF, host.toLowerCase(), ...(ownUrl ? [new URL(ownUrl).hostname] : [])]);
}

const nameIn = (host: string): string => host.toLowerCase().replace(/:\d+$/, '');

/** Whether a browser says that a request came from this program's own pages; programs send neither header. */
export function isFromOwnPage(headers: FastifyRequest['headers']): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin } = headers;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === headers.host);
}

/** Refuses what another site sends through a visitor's browser: 421 under a foreign name, 403 for changes from elsewhere. */
export const guardRequests =
  (hosts: ReadonlySet<string>) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (request.url.startsWith('/health/')) return;
    if (!hosts.has(nameIn(request.headers.host ?? ''))) {
      await reply.status(421).type('text/plain').send('This program is not known by that name; NEWSLETTER_URL names it.\n');
    } else if (!CHANGES_NOTHING.includes(request.method) && !isFromOwnPage(request.headers)) {
      await reply.status(403).type('text/plain').send('Changes are taken from this program’s own pages only.\n');
    }
  };
