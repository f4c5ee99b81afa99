import { BadRequestException, Body, Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Locale } from '#languages';
import { localeOf, sessionOf } from '../http/visit.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import { lookUp } from '../ledger/look-up.js';
import { resultWords } from '../pages/choices-page.js';
import { PARTS, type PortalParts } from '../portal-parts.js';
import type { Session } from '../store/sessions.js';
import type { Result } from './choices.controller.js';
import { readWish, type Wish } from './read-wish.js';
import { showView, titleOf } from './show-view.js';

/** Wishes: topics, frequency, language, channels, pauses. None of them is a consent, and none takes one back. */
@Controller('preferences')
export class PreferencesController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Post()
  async change(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await sessionOf(request, this.parts);
    const wantsJson = request.headers.accept?.includes('application/json') ?? false;
    if (!session) return void (wantsJson ? reply.status(401).send() : reply.redirect('/sign-in', 303));
    const wish = readWish(body, new Date());
    if (!wish) throw new BadRequestException();
    const [result, purpose] = 'unchosen' in wish ? (['unchosen', wish.unchosen] as const) : ([await this.carryOut(session, wish), wish.purpose] as const);
    if (!wantsJson) return void reply.redirect(`/?result=${result}&purpose=${purpose ?? ''}`, 303);
    void reply.send(await this.told(session, localeOf(request), result, purpose));
  }

  private async told(session: Session, locale: Locale, result: Result, purpose: string | undefined): Promise<{ result: Result; words: string; view: string }> {
    const title = purpose === undefined ? ownTextsIn(locale).whole.name : await titleOf(this.parts, purpose, locale);
    const { markup } = await showView(this.parts, session, locale, result === 'unchosen' ? purpose : undefined);
    return { result, words: resultWords(result, title, locale), view: markup };
  }

  /** Of somebody whom the ledger does not know there is nothing to wish for. */
  private async carryOut(session: Session, { body, key }: Wish): Promise<Result> {
    try {
      const person = await lookUp(this.parts, session);
      if (person === undefined) return 'refused';
      await this.parts.rights.prefer(person, body, key);
      return 'saved';
    } catch (error) {
      if (error instanceof LedgerSilent) return 'failed';
      if (error instanceof LedgerRefused) return error.code.startsWith('idempotency') ? 'stale' : 'refused';
      throw error;
    }
  }
}
