import { Body, Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Markup } from '#html';
import type { Locale } from '#languages';
import { cookie, readCookie, sessionCookie } from '../http/cookies.js';
import { isSecure, localeOf } from '../http/visit.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import type { Erased } from '../ledger/rights-calls.js';
import { erasedPage, erasurePage, lastStepPage } from '../pages/erasure-page.js';
import { layout } from '../pages/layout.js';
import { PARTS, type PortalParts } from '../portal-parts.js';
import type { ErasureMark } from '../store/erasures.js';
import { sessionId, type Session } from '../store/sessions.js';
import { ownerOf } from '../store/waiting.js';
import { isTicked } from './read-form.js';
import { demandKey } from './rights.controller.js';
import { answerWith, personOf, signedIn, type Said } from './visitor.js';

type Press = Omit<ErasureMark, 'person'>;
/** Without the ledger's answer where he had been erased already, by another door. */
type Done = Partial<Erased>;

/** Erasure in two steps, of which only the last does something; after it nobody is signed in any more. */
@Controller('rights/erasure')
export class ErasureController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get()
  async explain(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (session) this.send(reply, 200, request, erasurePage(this.parts.words.contact(), localeOf(request)), session);
  }

  /** Shows the last step to whoever has said that he understands. */
  @Post()
  async ask(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (!session) return;
    const locale = localeOf(request);
    const sure = isTicked(body, 'sure');
    this.send(reply, sure ? 200 : 422, request, sure ? lastStepPage(locale) : erasurePage(this.parts.words.contact(), locale, { missing: true }), session);
  }

  /** Once it is done the session is gone, by this answer or by what Kafka brings: the same press is still answered, as its mark tells whom it was about. */
  @Post('now')
  async erase(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const secure = isSecure(this.parts);
    const value = readCookie(request.headers.cookie, sessionCookie(secure));
    const session = await this.parts.sessions.find(value);
    const press = { session: sessionId(value ?? ''), key: demandKey(body) };
    const begun = await this.parts.erasures.find(press);
    if (!session && begun === undefined) return void reply.redirect('/sign-in', 303);
    const done = isTicked(body, 'sure') ? await this.carryOut(press, begun, session) : 'wrong';
    if (typeof done === 'string') return this.refuse(done, request, reply, session);
    if (session) await this.leave(session);
    const locale = localeOf(request);
    void reply.header('set-cookie', cookie(sessionCookie(secure), '', { maxAge: 0, secure }));
    this.send(reply, 200, request, erasedPage(done, await this.ended(done.erased?.purposes ?? [], locale), this.parts.words.contact(), locale));
  }

  private refuse(said: Said | 'unknown', request: FastifyRequest, reply: FastifyReply, session: Session | undefined): void {
    const locale = localeOf(request);
    if (said === 'failed') return answerWith(reply, request, session, said, '/rights');
    if (!session) return void reply.redirect('/sign-in', 303);
    // That page says that nothing is known of him.
    if (said === 'unknown') return void reply.redirect('/rights', 303);
    this.send(reply, 422, request, erasurePage(this.parts.words.contact(), locale, { message: ownTextsIn(locale).said[said] }), session);
  }

  private async carryOut(press: Press, begun: string | undefined, session: Session | undefined): Promise<Done | Said | 'unknown'> {
    try {
      const person = session && (await personOf(this.parts, session));
      if (person !== undefined) {
        await this.parts.erasures.begin({ ...press, person });
        return await this.parts.rights.erase(person, press.key);
      }
      if (begun === undefined) return 'unknown';
      return (await this.isErased(begun)) ? await this.parts.rights.erase(begun, press.key) : 'refused';
    } catch (error) {
      if (error instanceof LedgerSilent) return 'failed';
      if (!(error instanceof LedgerRefused)) throw error;
      return error.code === 'person_erased' ? {} : 'refused';
    }
  }

  /** An address is also nobody's where it was only corrected away: then nothing is erased by asking again. */
  private async isErased(person: string): Promise<boolean> {
    return (await this.parts.rights.asked(person)).some(({ right, state, outcome }) => right === 'erase' && state === 'closed' && outcome === 'erased');
  }

  /** The session ends here, whatever Kafka brings later, no link leads back to it, and no "no" waits for somebody who is gone. What stands in the way of it does not undo the erasure. */
  private async leave(session: Session): Promise<void> {
    const { sessions, asks, waiting, lastHeard, log } = this.parts;
    if (session.person !== undefined) lastHeard.delete(session.person);
    try {
      await sessions.end(session);
      if (session.identity.kind === 'email') await asks.forget(session.identity.value);
      for (const { key } of await waiting.of(ownerOf(session.identity))) await waiting.done(key);
    } catch (error) {
      log.warn({ code: (error as { code?: string }).code }, 'what an erasure left in the portal could not be removed');
    }
  }

  /** Titles of what could be chosen: what a contract or the law requires was never up to the person, and goes on elsewhere as the page says. */
  private async ended(purposes: string[], locale: Locale): Promise<string[]> {
    const known = new Map((await this.parts.words.purposes()).map((purpose) => [purpose.id, purpose]));
    return purposes.flatMap((id) => {
      const purpose = known.get(id);
      return purpose === undefined || purpose.choice === 'told' ? [] : [purpose.texts?.[locale]?.title ?? id];
    });
  }

  private send(reply: FastifyReply, status: number, request: FastifyRequest, content: Markup, session?: Session): void {
    const locale = localeOf(request);
    const page = layout({ locale, title: ownTextsIn(locale).erase.title, content, identity: session?.identity, path: session ? '/rights/erasure' : '/', at: 'rights' });
    void reply.status(status).header('content-type', 'text/html; charset=utf-8').send(page.markup);
  }
}
