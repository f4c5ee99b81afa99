import type { FastifyReply, FastifyRequest } from 'fastify';
import { localeOf, sessionOf } from '../http/visit.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import { lookUp } from '../ledger/look-up.js';
import { layout } from '../pages/layout.js';
import { retryPage } from '../pages/retry-page.js';
import type { PortalParts } from '../portal-parts.js';
import type { Session } from '../store/sessions.js';

/** Somebody signed in whom the ledger knows. */
export interface Known {
  session: Session;
  person: string;
}

/** What became of a request, as the page says it after a redirect. */
export const SAID = ['restricted', 'lifted', 'complaint', 'corrected', 'removed', 'asked', 'failed', 'refused', 'taken', 'wrong', 'last', 'many'] as const;
export type Said = (typeof SAID)[number];

export const isSaid = (text: unknown): text is Said => SAID.includes(text as Said);

/** Who is here; without a session he is led to the sign-in, and the answer is undefined. */
export async function signedIn(parts: PortalParts, request: FastifyRequest, reply: FastifyReply): Promise<Session | undefined> {
  const session = await sessionOf(request, parts);
  if (!session) void reply.redirect('/sign-in', 303);
  return session;
}

/** The person behind a session now. Throws `LedgerSilent` or `LedgerRefused`. */
export async function personOf(parts: PortalParts, session: Session): Promise<string | undefined> {
  const person = await lookUp(parts, session);
  parts.hub.learned(session);
  return person;
}

/** The person behind a session as far as can be told: the last that was known while the ledger is silent, nobody where it cannot tell. */
export function knownPerson(parts: PortalParts, session: Session): Promise<string | undefined> {
  return personOf(parts, session).catch((error: unknown) => {
    if (error instanceof LedgerSilent) return session.person;
    if (error instanceof LedgerRefused) return undefined;
    throw error;
  });
}

/** Leads back to a page that says what became of it; where the ledger did not answer, to a form that sends the same again. */
export function answerWith(reply: FastifyReply, request: FastifyRequest, session: Session | undefined, said: Said, back: string): void {
  if (said !== 'failed') return void reply.redirect(`${back}?said=${said}`, 303);
  const locale = localeOf(request);
  const path = request.url.split('?')[0] ?? '/rights';
  const page = layout({ locale, title: ownTextsIn(locale).nav.rights, content: retryPage(path, request.body, locale), identity: session?.identity, path: '/rights', at: 'rights' });
  void reply.status(503).header('content-type', 'text/html; charset=utf-8').send(page.markup);
}

/** Does something for a signed-in person; what the ledger does not take or answer is one of the things that can be said. */
export async function attempt<Done extends Said | object = Said>(parts: PortalParts, session: Session, act: (person: string) => Promise<Done>): Promise<Done | Said> {
  try {
    const person = await personOf(parts, session);
    return person === undefined ? 'refused' : await act(person);
  } catch (error) {
    if (error instanceof LedgerSilent) return 'failed';
    if (error instanceof LedgerRefused) return error.code === 'identifier_taken' ? 'taken' : 'refused';
    throw error;
  }
}
