import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookie, readCookie, sessionCookie } from '../http/cookies.js';
import { isSecure, sessionOf } from '../http/visit.js';
import type { PortalParts } from '../portal-parts.js';
import { SESSION_MS, type Identity } from '../store/sessions.js';

const NAMES = {
  /** Names the browser in which a sign-in by a provider began. */
  browser: 'samtycke-browser',
  /** Holds the token of the website's device between the visit from there and the sign-in. */
  device: 'samtycke-device',
  /** Holds the website's origin as long. */
  site: 'samtycke-site',
} as const;
export type ShortCookie = keyof typeof NAMES;

const SHORT_S = 15 * 60;
const FORM = /^[\w.~-]{1,1024}$/;

/** Over HTTPS a browser takes it from this host alone: no other subdomain can put one there. */
const nameOf = (name: ShortCookie, secure: boolean): string => `${secure ? '__Host-' : ''}${NAMES[name]}`;

/** Adds to the cookies that an answer sets already. */
function set(reply: FastifyReply, value: string): void {
  const before = reply.getHeader('set-cookie') ?? [];
  void reply.removeHeader('set-cookie').header('set-cookie', [...[before].flat().map(String), value]);
}

/** A cookie that is needed only until the sign-in is over; undefined where there is none, or none of ours. */
export function readShort(request: FastifyRequest, parts: PortalParts, name: ShortCookie): string | undefined {
  const value = readCookie(request.headers.cookie, nameOf(name, isSecure(parts)));
  return value !== undefined && FORM.test(value) ? value : undefined;
}

/** Sets it for a quarter of an hour; an empty value takes it away. */
export function writeShort(reply: FastifyReply, parts: PortalParts, name: ShortCookie, value: string): void {
  const secure = isSecure(parts);
  set(reply, cookie(nameOf(name, secure), value, { maxAge: value ? SHORT_S : 0, secure }));
}

/** The browser's name in sign-ins that have begun; a new one where it has none. */
export function nameBrowser(request: FastifyRequest, reply: FastifyReply, parts: PortalParts): string {
  const browser = readShort(request, parts, 'browser') ?? randomBytes(32).toString('base64url');
  writeShort(reply, parts, 'browser', browser);
  return browser;
}

/** The website that somebody came from with his device, as his browser keeps it: to be asked for anew whether it is known. */
export function readSite(request: FastifyRequest, parts: PortalParts): string | undefined {
  const kept = readShort(request, parts, 'site');
  return kept === undefined ? undefined : Buffer.from(kept, 'base64url').toString('utf8');
}

/** Keeps with whom and from where somebody came until it is known who he is. */
export function noteVisit(reply: FastifyReply, parts: PortalParts, { device, site }: { device: string; site: string }): void {
  writeShort(reply, parts, 'device', device);
  writeShort(reply, parts, 'site', Buffer.from(site).toString('base64url'));
}

export function forgetVisit(reply: FastifyReply, parts: PortalParts): void {
  for (const name of ['device', 'site'] as const) writeShort(reply, parts, name, '');
}

/**
 * Lets somebody in who has shown who he is: ends the session that this browser had, and begins one under an id that nobody could have
 * known before. What he came with is linked as soon as the ledger knows him. The answer is still to be sent.
 */
export async function enter(parts: PortalParts, request: FastifyRequest, reply: FastifyReply, { identity, idToken }: { identity: Identity; idToken?: string }): Promise<void> {
  const before = await sessionOf(request, parts);
  if (before) await parts.sessions.end(before);
  const device = readShort(request, parts, 'device');
  const value = await parts.sessions.start(identity, { idToken, device, site: readSite(request, parts) });
  const secure = isSecure(parts);
  set(reply, cookie(sessionCookie(secure), value, { maxAge: SESSION_MS / 1000, secure }));
  if (device !== undefined) forgetVisit(reply, parts);
}

/** Ends the session of this browser; answers the provider's ID token, where it began with one. */
export async function leave(parts: PortalParts, request: FastifyRequest, reply: FastifyReply): Promise<string | undefined> {
  const session = await sessionOf(request, parts);
  const idToken = session && (await parts.sessions.end(session));
  const secure = isSecure(parts);
  set(reply, cookie(sessionCookie(secure), '', { maxAge: 0, secure }));
  return idToken;
}
