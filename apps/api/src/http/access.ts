import { applyDecorators, createParamDecorator, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { KeyCache, type ApiKey, type KeyProblem, type Scope } from '#access';
import { ProblemError } from './problem.js';

const NEEDS = 'samtycke:needs';
const SITE = 'site';
const TOKEN = 'samtycke:token';

export type Authorised = FastifyRequest & { apiKey?: ApiKey };

/** Names of the ways in, in the description of the api. */
export const SERVER_KEY = 'serverKey';
export const SITE_KEY = 'siteKey';
export const PERSONS_TOKEN = 'personsToken';

const wayIn = (one: Scope | typeof SITE): MethodDecorator => (one === SITE ? ApiSecurity(SITE_KEY) : ApiSecurity(SERVER_KEY, [one]));

/** Who may call a route: keys with one of these scopes, and site keys where `site` stands among them. The description says the same. */
export const Needs = (...who: (Scope | typeof SITE)[]): MethodDecorator => applyDecorators(SetMetadata(NEEDS, who), ...who.map(wayIn));

/** A route that also takes the person's own token (`?token=`): it then asks for no key, and the route itself checks the token. */
export const OrToken = (): MethodDecorator => applyDecorators(SetMetadata(TOKEN, true), ApiSecurity(PERSONS_TOKEN));

export const hasToken = ({ query }: FastifyRequest): boolean => (query as { token?: unknown } | undefined)?.token !== undefined;

/** The key behind the call. */
export const Key = createParamDecorator((_data: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Authorised>().apiKey);

const PROBLEMS: Record<KeyProblem, [number, string, string]> = {
  key_unknown: [401, 'key_unknown', 'this key is not known'],
  key_revoked: [401, 'key_revoked', 'this key was revoked'],
  key_expired: [401, 'key_expired', 'this key has expired'],
  keys_stale: [503, 'unavailable', 'keys cannot be checked at the moment'],
};

export function keyProblem(problem: KeyProblem): ProblemError {
  const [status, code, detail] = PROBLEMS[problem];
  return new ProblemError(status, code, detail, {}, status === 503 ? 2 : undefined);
}

function secretOf(request: FastifyRequest): string {
  const { authorization } = request.headers;
  if (authorization === undefined) throw new ProblemError(401, 'key_missing', 'send a key: Authorization: Bearer <key>');
  const match = /^Bearer +([\w-]{20,200})$/i.exec(authorization);
  if (!match?.[1]) throw new ProblemError(401, 'key_malformed', 'the Authorization header holds no key');
  return match[1];
}

function checkSite(key: ApiKey, request: FastifyRequest, allowed: boolean): void {
  if (!allowed) throw new ProblemError(403, 'site_key_not_allowed', 'a site key cannot be used here');
  const { origin } = request.headers;
  if (origin === undefined || !key.origins.has(origin)) throw new ProblemError(403, 'origin_not_allowed', 'this site key is bound to other origins');
}

function checkScope(key: ApiKey, scopes: Scope[]): void {
  if (!scopes.some((scope) => key.scopes.has(scope))) throw new ProblemError(403, 'scope_missing', `this key lacks the scope ${scopes.join(' or ')}`, { scopes });
}

/** Lets a call through when its key is alive and may do this; refused here, not by the browser. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly needs = new WeakMap<object, (Scope | typeof SITE)[] | undefined>();
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: KeyCache,
  ) {}

  private needsOf(context: ExecutionContext): (Scope | typeof SITE)[] | undefined {
    const handler = context.getHandler();
    if (!this.needs.has(handler)) this.needs.set(handler, this.reflector.getAllAndOverride(NEEDS, [handler, context.getClass()]));
    return this.needs.get(handler);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needs = this.needsOf(context);
    if (!needs) return true;
    const request = context.switchToHttp().getRequest<Authorised>();
    if (hasToken(request) && this.reflector.get(TOKEN, context.getHandler())) return true;
    const secret = secretOf(request);
    const quick = this.keys.find(secret);
    const key = quick === 'key_unknown' || quick === 'keys_stale' ? await this.keys.findNow(secret) : quick;
    if (typeof key === 'string') throw keyProblem(key);
    if (key.kind === 'site') checkSite(key, request, needs.includes(SITE));
    else checkScope(key, needs.filter((need) => need !== SITE));
    request.apiKey = key;
    return true;
  }
}
