import { Body, Controller, Get, Inject, NotFoundException, Post, Query, Req, Res, ServiceUnavailableException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { localeOf } from '../http/visit.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import { correctionPage, isOwn, sentPage } from '../pages/correction-page.js';
import { layout } from '../pages/layout.js';
import { PARTS, type PortalParts } from '../portal-parts.js';
import { showPage } from '../sign-in/show-page.js';
import { sourceOf } from '../sign-in/source.js';
import { readIdentity } from '../sign-in/read-identity.js';
import type { Session } from '../store/sessions.js';
import { emailIn, identifierIn, wordsIn } from './read-form.js';
import { demandKey } from './rights.controller.js';
import { answerWith, attempt, isSaid, personOf, signedIn, type Said } from './visitor.js';

const HTML = 'text/html; charset=utf-8';

/** Correction of what a person is found by. A new address counts only once the link that was mailed there was answered. */
@Controller('rights/correction')
export class CorrectionController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query('said') said?: string): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (!session) return;
    const locale = localeOf(request);
    const texts = ownTextsIn(locale);
    const identifiers = await this.identifiers(session);
    if (!identifiers) return void reply.redirect('/rights', 303);
    const content = correctionPage(identifiers, session.identity, locale, { message: isSaid(said) ? texts.said[said] : '', mails: this.parts.links !== undefined });
    void reply.header('content-type', HTML).send(layout({ locale, title: texts.correct.title, content, identity: session.identity, path: '/rights/correction', at: 'rights' }).markup);
  }

  /** Keeps the wish, and mails a link to the new address; who asked stays signed in. */
  @Post()
  async start(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (!session) return;
    demandKey(body);
    const wanted = readIdentity(emailIn(body));
    if (!this.parts.links) throw new NotFoundException();
    if (wanted?.kind !== 'email') return void reply.redirect('/rights/correction?said=wrong', 303);
    const { identity: askedBy, id } = session;
    const started = await attempt(this.parts, session, async (person) => ({ id: await this.parts.corrections.start({ person, askedBy, session: id, email: wanted.value, replaces: identifierIn(body, 'replaces') }) }));
    if (typeof started === 'string') return answerWith(reply, request, session, started, '/rights');
    const taken = await this.parts.asks.take({ email: wanted.value, locale: localeOf(request), source: sourceOf(request.ip), correction: started.id });
    if (!taken) await this.parts.corrections.end(started.id);
    this.parts.links.wake();
    void reply.redirect(taken ? '/rights/correction/sent' : '/rights/correction?said=many', 303);
  }

  /** What happens now, as long as it is waited for. */
  @Get('sent')
  async sent(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (!session) return;
    const correction = await this.parts.corrections.of(session.id);
    if (!correction) return void reply.redirect('/rights/correction', 303);
    const locale = localeOf(request);
    const content = sentPage(correction, this.parts.config.mail?.shownFolder, locale);
    showPage(reply, { locale, title: ownTextsIn(locale).correct.title, content, identity: session.identity, path: '/rights/correction/sent', at: 'rights' });
  }

  @Post('remove')
  async remove(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (!session) return;
    const key = demandKey(body);
    const said = await attempt(this.parts, session, (person) => this.takeAway(person, identifierIn(body, 'identifier'), session, key));
    answerWith(reply, request, session, said, '/rights/correction');
  }

  /** What cannot be corrected by itself becomes a request that somebody answers in time. */
  @Post('words')
  async words(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (!session) return;
    const key = demandKey(body);
    const text = wordsIn(body);
    if (text === undefined) return void reply.redirect('/rights/correction?said=wrong', 303);
    const said = await attempt(this.parts, session, async (person) => {
      await this.parts.rights.rectify(person, { text }, key);
      return 'asked';
    });
    answerWith(reply, request, session, said, '/rights');
  }

  private async identifiers(session: Session): Promise<Awaited<ReturnType<PortalParts['rights']['identifiers']>> | undefined> {
    try {
      const person = await personOf(this.parts, session);
      return person === undefined ? undefined : await this.parts.rights.identifiers(person);
    } catch (error) {
      if (error instanceof LedgerRefused) return undefined;
      if (error instanceof LedgerSilent) throw new ServiceUnavailableException();
      throw error;
    }
  }

  /** Only an identifier of his own, and not the one by which he is here. */
  private async takeAway(person: string, identifier: string | undefined, { identity }: Session, key: string): Promise<Said> {
    const held = await this.parts.rights.identifiers(person);
    const meant = held.find(({ id }) => id === identifier);
    if (!meant) return 'refused';
    if (isOwn(meant, identity) || held.length === 1) return 'last';
    await this.parts.rights.rectify(person, { remove: [meant.id] }, key);
    return 'removed';
  }
}
