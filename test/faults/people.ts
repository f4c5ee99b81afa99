import { randomUUID } from 'node:crypto';
import type { Call } from '#testing';
import type { World } from './world.js';

const NEWSLETTER = { notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' }, capture: { context: 'newsletter-signup', method: 'form', point: 'site-footer' } };
const COOKIES = { notice: { id: 'cookies', version: '1.3', locale: 'sv' }, capture: { context: 'cookies', method: 'banner', point: 'banner' } };

/** An address that nothing else uses. */
export const someone = (): string => `${randomUUID()}@example.se`;

/** Gives or takes back a newsletter consent: each changes what the other left, so each writes one event. */
export function decisionOf(world: World, subject: object, give: boolean): Call {
  const body = give ? { decisions: [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }], ...NEWSLETTER } : { decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] };
  return { path: '/v1/consents', key: world.ledger.keys['consents:write'] ?? '', body: { subject, ...body } };
}

function cookieChoice(world: World, token: string, give: boolean): Call {
  return { path: '/v1/consents', key: world.ledger.keys['consents:write'] ?? '', body: { subject: { device: token }, decisions: [{ purpose: 'statistics', decision: give ? 'grant' : 'withdraw' }], ...COOKIES } };
}

/**
 * Writers with people of their own (`each`), one of them a device: in turn each gives, then each takes back. No call meets
 * another one, so each must write exactly one event.
 */
export async function ownPeople(world: World, writers = 50, each = 8): Promise<(writer: number, count: number) => Call> {
  const people = Array.from({ length: writers }, () => Array.from({ length: each - 1 }, someone));
  const tokens: string[] = [];
  for (let at = 0; at < writers; at += 1) tokens.push(await world.device());
  return (writer, count) => {
    const give = Math.floor(count / each) % 2 === 0;
    const email = people[writer]?.[count % each];
    return email === undefined ? cookieChoice(world, tokens[writer] ?? '', give) : decisionOf(world, { email }, give);
  };
}
