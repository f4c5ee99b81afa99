import { BadRequestException, Body, Controller, Get, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { evidenceOf } from '../http/evidence.js';
import { localeOf, sessionOf } from '../http/visit.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { textsIn } from '../language/texts.js';
import { choicesPage, resultWords } from '../pages/choices-page.js';
import { layout } from '../pages/layout.js';
import { PARTS, type PortalParts } from '../portal-parts.js';
import { changeChoice, type ChangeOutcome } from './change-choice.js';
import { NotSwitchable } from './plan-change.js';
import { readPress } from './read-press.js';
import { PORTAL_NOTICE } from './read-view.js';
import { showView, titleOf } from './show-view.js';

const HTML = 'text/html; charset=utf-8';
export const RESULTS = ['saved', 'waiting', 'failed', 'refused', 'stale', 'unchosen'] as const;
export type Result = (typeof RESULTS)[number];

/** The key was used for another body: the state had changed between the first press and this one. */
const resultOf = (outcome: ChangeOutcome): Result =>
  outcome.result === 'refused' && outcome.code.startsWith('idempotency') ? 'stale' : outcome.result;

/** The page of choices, the part of it that is fetched again, and the switches. */
@Controller()
export class ChoicesController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get()
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query('result') result?: string, @Query('purpose') purpose?: string): Promise<void> {
    const session = await sessionOf(request, this.parts);
    if (!session) return void reply.redirect('/sign-in', 303);
    const locale = localeOf(request);
    const known = RESULTS.find((one) => one === result);
    const message = known ? resultWords(known, purpose ? await titleOf(this.parts, purpose, locale) : ownTextsIn(locale).whole.name, locale) : '';
    const content = choicesPage(await showView(this.parts, session, locale, known === 'unchosen' ? purpose : undefined), locale, message);
    const page = layout({ locale, title: textsIn(locale).title, content, identity: session.identity, path: '/', live: true, at: 'choices' });
    void reply.header('content-type', HTML).send(page.markup);
  }

  @Get('view')
  async part(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await sessionOf(request, this.parts);
    if (!session) return void reply.status(401).send();
    const view = await showView(this.parts, session, localeOf(request));
    void reply.header('content-type', HTML).send(view.markup);
  }

  /** Takes a press, from the script (answered with JSON) or from a plain form (answered with a redirect). */
  @Post('choices')
  async press(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await sessionOf(request, this.parts);
    const wantsJson = request.headers.accept?.includes('application/json') ?? false;
    if (!session) return void (wantsJson ? reply.status(401).send() : reply.redirect('/sign-in', 303));
    const press = readPress(body, PORTAL_NOTICE);
    if (!press) throw new BadRequestException();
    const outcome = await changeChoice(this.parts, session, press, evidenceOf(request)).catch((error: unknown): ChangeOutcome => {
      if (error instanceof NotSwitchable) return { result: 'refused', code: 'not_switchable' };
      throw error;
    });
    this.parts.hub.learned(session);
    const result = resultOf(outcome);
    if (!wantsJson) return void reply.redirect(`/?result=${result}&purpose=${press.purpose}`, 303);
    const locale = localeOf(request);
    const words = resultWords(result, await titleOf(this.parts, press.purpose, locale), locale);
    void reply.send({ result, words, view: (await showView(this.parts, session, locale)).markup });
  }
}
