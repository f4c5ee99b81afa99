import { Body, Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookie, sessionCookie } from '../http/cookies.js';
import { isSecure, localeOf } from '../http/visit.js';
import type { Locale } from '../language/locale.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import type { Erased } from '../ledger/rights-calls.js';
import { erasedPage, erasurePage, lastStepPage } from '../pages/erasure-page.js';
import type { Markup } from '../pages/html.js';
import { layout } from '../pages/layout.js';
import { PARTS, type PortalParts } from '../portal-parts.js';
import type { Session } from '../store/sessions.js';
import { ownerOf } from '../store/waiting.js';
import { isTicked } from './read-form.js';
import { demandKey } from './rights.controller.js';
import { answerWith, personOf, signedIn, type Said } from './visitor.js';

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

  @Post('now')
  async erase(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (!session) return;
    const key = demandKey(body);
    const locale = localeOf(request);
    const done = isTicked(body, 'sure') ? await this.carryOut(session, key) : 'wrong';
    if (done === 'failed') return answerWith(reply, request, session, done, '/rights');
    if (typeof done === 'string') return this.send(reply, 422, request, erasurePage(this.parts.words.contact(), locale, { message: ownTextsIn(locale).said[done] }), session);
    await this.leave(session, reply);
    this.send(reply, 200, request, erasedPage(done, await this.ended(done.erased.purposes, locale), this.parts.words.contact(), locale));
  }

  private async carryOut(session: Session, key: string): Promise<Erased | Said> {
    try {
      const person = await personOf(this.parts, session);
      return person === undefined ? 'refused' : await this.parts.rights.erase(person, key);
    } catch (error) {
      if (error instanceof LedgerSilent) return 'failed';
      if (error instanceof LedgerRefused) return 'refused';
      throw error;
    }
  }

  /** The session ends here, whatever Kafka brings later, and no "no" waits for somebody who is gone. */
  private async leave(session: Session, reply: FastifyReply): Promise<void> {
    const { sessions, waiting, lastHeard } = this.parts;
    if (session.person !== undefined) lastHeard.delete(session.person);
    await sessions.end(session);
    for (const { key } of await waiting.of(ownerOf(session.identity))) await waiting.done(key);
    const secure = isSecure(this.parts);
    void reply.header('set-cookie', cookie(sessionCookie(secure), '', { maxAge: 0, secure }));
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
