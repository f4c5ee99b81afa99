import { PERSONS_TOKEN, SERVER_KEY, SITE_KEY } from '../http/access.js';

/** One way into a call, as OpenAPI lists them: the name of the scheme, and what it must have. */
export type Security = Record<string, string[]>;

const either = (all: string[]): string => (all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`);

/** What a call needs, for people: one of the ways into it. */
export function keyWords(security: readonly Security[]): string {
  const names = security.map((one) => Object.keys(one)[0]);
  const scopes = security.flatMap((one) => one[SERVER_KEY] ?? []).map((scope) => `\`${scope}\``);
  return either([
    ...(scopes.length > 0 ? [`a key with ${either(scopes)}`] : []),
    ...(names.includes(SITE_KEY) ? ['a site key'] : []),
    ...(names.includes(PERSONS_TOKEN) ? ["the person's token"] : []),
  ]);
}
