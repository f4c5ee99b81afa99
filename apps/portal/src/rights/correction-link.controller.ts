import { Body, Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { html, type Markup } from '#html';
import { localeOf, sessionOf } from '../http/visit.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { provePage } from '../pages/correction-page.js';
import { PARTS, type PortalParts } from '../portal-parts.js';
import { plainPage } from '../sign-in/pages/plain-page.js';
import { showPage } from '../sign-in/show-page.js';
import type { Correction } from '../store/corrections.js';
import type { Session } from '../store/sessions.js';
import { addAddress } from './add-address.js';
import { codeIn } from './read-form.js';
import { answerWith, type Said } from './visitor.js';

const LINK = /^[\w-]{43}$/;

interface Visit {
  request: FastifyRequest;
  reply: FastifyReply;
  link: string;
  session?: Session;
  correction?: Correction;
  /** Whether this is the browser in which it was asked for. */
  isOwn: boolean;
}

/**
 * The link in the mail to a new address shows that the address is one's own; who asked for it was signed in. In his browser a press is
 * enough. Anywhere else the code from his page is wanted too: a mail to a misspelt address gives nobody a way in, and nobody's address
 * is added to somebody else's data by a press that he was talked into. Opening the link changes nothing.
 */
@Controller('rights/correction/link')
export class CorrectionLinkController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get(':link')
  async look(@Param('link') link: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.ask(await this.visit(link, request, reply), false);
  }

  @Post(':link')
  async answer(@Param('link') link: string, @Body() body: { answer?: unknown } | undefined, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visit = await this.visit(link, request, reply);
    const { correction, isOwn, session } = visit;
    if (!correction) return this.ask(visit, false);
    if (body?.answer !== 'yes') return this.leave(visit, correction);
    if (!isOwn && !(await this.parts.corrections.isRight(correction, codeIn(body)))) return this.ask(visit, true);
    const said = await addAddress(this.parts, correction);
    if (isOwn || said === 'failed') return answerWith(reply, request, session, said, '/rights');
    this.tell(visit, said);
  }

  private async visit(link: string, request: FastifyRequest, reply: FastifyReply): Promise<Visit> {
    const correction = LINK.test(link) ? await this.parts.corrections.behind(link) : undefined;
    const session = await sessionOf(request, this.parts);
    return { request, reply, link, session, correction, isOwn: correction !== undefined && session?.id.equals(correction.session) === true };
  }

  private ask({ request, reply, link, session, correction, isOwn }: Visit, isWrong: boolean): void {
    const locale = localeOf(request);
    const { correct } = ownTextsIn(locale);
    if (!correction) return this.say(request, reply, correct.overTitle, correct.overWords, html`<p><a class="button button-accent" href="/rights/correction">${correct.again}</a></p>`, 410);
    const path = `/rights/correction/link/${link}`;
    const content = provePage({ email: correction.email, replaces: correction.replaces !== undefined, path, withCode: !isOwn, isWrong }, locale);
    showPage(reply, { locale, title: correct.proveTitle, content, path, ...(session && { identity: session.identity }) }, isWrong ? 422 : 200);
  }

  private async leave({ request, reply }: Visit, { id }: Correction): Promise<void> {
    await this.parts.corrections.end(id);
    const { correct } = ownTextsIn(localeOf(request));
    this.say(request, reply, correct.keptTitle, correct.keptWords, this.home(request));
  }

  /** To whoever is not signed in here as the one who asked. */
  private tell({ request, reply, correction }: Visit, said: Said): void {
    const { correct, said: words } = ownTextsIn(localeOf(request));
    if (said !== 'corrected') return this.say(request, reply, correct.keptTitle, words[said], this.home(request));
    const more = html`${correction?.replaces !== undefined ? html`<p>${correct.addedReplaces}</p>` : ''}${this.home(request)}`;
    this.say(request, reply, correct.addedTitle, correct.addedWords.replace('{value}', () => correction?.email ?? ''), more);
  }

  private home(request: FastifyRequest): Markup {
    return html`<p><a class="button button-accent" href="/">${ownTextsIn(localeOf(request)).erase.home}</a></p>`;
  }

  private say(request: FastifyRequest, reply: FastifyReply, title: string, words: string, more: Markup, status = 200): void {
    showPage(reply, { locale: localeOf(request), title, content: plainPage(title, words, more), path: '/rights/correction' }, status);
  }
}
