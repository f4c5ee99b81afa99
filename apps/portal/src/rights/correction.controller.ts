import { Body, Controller, Get, Inject, Post, Query, Req, Res, ServiceUnavailableException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookie, correctionCookie, readCookie, sessionCookie } from '../http/cookies.js';
import { isSecure, localeOf } from '../http/visit.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import { subjectOf } from '../ledger/ledger-types.js';
import { correctionPage, isOwn, provePage } from '../pages/correction-page.js';
import { layout } from '../pages/layout.js';
import { PARTS, type PortalParts } from '../portal-parts.js';
import { readIdentity } from '../sign-in/read-identity.js';
import { CORRECTION_MS, type Correction } from '../store/corrections.js';
import type { Session } from '../store/sessions.js';
import { emailIn, identifierIn, wordsIn } from './read-form.js';
import { demandKey } from './rights.controller.js';
import { answerWith, attempt, isSaid, personOf, signedIn, type Said } from './visitor.js';

const HTML = 'text/html; charset=utf-8';

/** The correction that waits in this browser, if it is about who is signed in now. */
export async function awaitedBy(parts: PortalParts, request: FastifyRequest, { identity }: Session): Promise<Correction | undefined> {
  const found = await parts.corrections.find(readCookie(request.headers.cookie, correctionCookie(isSecure(parts))));
  return found && identity.kind === 'email' && identity.value === found.email ? found : undefined;
}

/** Correction of what a person is found by. A new address counts only once somebody has signed in with it in the same browser. */
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
    const content = correctionPage(identifiers, session.identity, locale, isSaid(said) ? texts.said[said] : '');
    void reply.header('content-type', HTML).send(layout({ locale, title: texts.correct.title, content, identity: session.identity, path: '/rights/correction', at: 'rights' }).markup);
  }

  /** Keeps the wish, and leads to the sign-in, where the new address is shown to be one's own. */
  @Post()
  async start(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (!session) return;
    demandKey(body);
    const wanted = readIdentity(emailIn(body));
    if (wanted?.kind !== 'email') return void reply.redirect('/rights/correction?said=wrong', 303);
    const started = await attempt(this.parts, session, async (person) => ({ value: await this.parts.corrections.start({ person, askedBy: session.identity, email: wanted.value, replaces: identifierIn(body, 'replaces') }) }));
    if (typeof started === 'string') return answerWith(reply, request, session, started, '/rights');
    const secure = isSecure(this.parts);
    await this.parts.sessions.end(session);
    void reply.header('set-cookie', [cookie(correctionCookie(secure), started.value, { maxAge: CORRECTION_MS / 1000, secure }), cookie(sessionCookie(secure), '', { maxAge: 0, secure })]).redirect('/sign-in', 303);
  }

  @Get('finish')
  async prove(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (!session) return;
    const awaited = await awaitedBy(this.parts, request, session);
    if (!awaited) return void reply.redirect('/rights?said=late', 303);
    const locale = localeOf(request);
    void reply.header('content-type', HTML).send(layout({ locale, title: ownTextsIn(locale).correct.title, content: provePage(awaited.email, locale), identity: session.identity, path: '/rights/correction/finish', at: 'rights' }).markup);
  }

  @Post('finish')
  async finish(@Body() body: { answer?: unknown } | undefined, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (!session) return;
    const key = demandKey(body);
    const awaited = await awaitedBy(this.parts, request, session);
    if (!awaited) return void reply.redirect('/rights?said=late', 303);
    const said = body?.answer === 'yes' ? await this.add(awaited, session, key) : undefined;
    if (said !== 'failed') await this.forget(request, reply);
    if (said === undefined) return void reply.redirect('/', 303);
    answerWith(reply, request, session, said, '/rights');
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

  /**
   * The replaced address may be gone already: then the new one is added all the same. Whoever asked may be somebody else by now, who was
   * split off meanwhile; or it is done already, and the answer was lost.
   */
  private async add({ person, askedBy, email, replaces }: Correction, session: Session, key: string): Promise<Said> {
    const { ledger, rights, sessions, hub } = this.parts;
    try {
      const isAdded = (await ledger.lookUp({ email })) === person;
      if (!isAdded && (await ledger.lookUp(subjectOf(askedBy))) !== person) return 'refused';
      const held = await rights.identifiers(person);
      const remove = held.filter(({ id }) => id === replaces).map(({ id }) => id);
      if (!isAdded || remove.length > 0) await rights.rectify(person, { add: { email }, remove }, key);
      await sessions.learn(session, person);
      hub.learned(session);
      return 'corrected';
    } catch (error) {
      if (error instanceof LedgerSilent) return 'failed';
      if (error instanceof LedgerRefused) return error.code === 'identifier_taken' ? 'taken' : 'refused';
      throw error;
    }
  }

  private async forget(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const secure = isSecure(this.parts);
    await this.parts.corrections.end(readCookie(request.headers.cookie, correctionCookie(secure)));
    void reply.header('set-cookie', cookie(correctionCookie(secure), '', { maxAge: 0, secure }));
  }
}
