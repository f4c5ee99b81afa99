import type { FastifyRequest } from 'fastify';
import type { Locale } from '#languages';
import { chooseLocale } from '../language/locale.js';
import type { PortalParts } from '../portal-parts.js';
import type { Session } from '../store/sessions.js';
import { LANGUAGE_COOKIE, readCookie, sessionCookie } from './cookies.js';

export const isSecure = ({ config }: Pick<PortalParts, 'config'>): boolean => config.portalUrl?.startsWith('https:') ?? false;

/** The language that a visit wants. */
export const localeOf = (request: FastifyRequest): Locale =>
  chooseLocale(readCookie(request.headers.cookie, LANGUAGE_COOKIE), request.headers['accept-language']);

/** Who is signed in. */
export const sessionOf = (request: FastifyRequest, parts: PortalParts): Promise<Session | undefined> =>
  parts.sessions.find(readCookie(request.headers.cookie, sessionCookie(isSecure(parts))));
