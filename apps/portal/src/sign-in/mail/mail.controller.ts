import { Body, Controller, Get, Inject, NotFoundException, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { html, type Markup } from '#html';
import { localeOf } from '../../http/visit.js';
import { fill } from '../../language/texts.js';
import { PARTS, type PortalParts } from '../../portal-parts.js';
import { wordsIn } from '../language/words.js';
import { backToDoor, plainPage } from '../pages/plain-page.js';
import { readIdentity } from '../read-identity.js';
import { showPage } from '../show-page.js';
import { sourceOf } from '../source.js';
import { enter } from '../visitor.js';

const LINK = /^[\w-]{43}$/;
const HOUR_S = '3600';

/**
 * Sign-in by a link in a mail. Nobody is looked up: whoever types an address gets the same answer at once, whatever becomes of it. The
 * link's page changes nothing, since scanners open it before people do; its button signs in.
 */
@Controller('sign-in/mail')
export class MailController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Post()
  async ask(@Body() body: { email?: unknown } | undefined, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.demandMail();
    const identity = readIdentity(body?.email);
    if (identity?.kind !== 'email') return void reply.redirect('/sign-in?wrong=mail', 303);
    const taken = await this.parts.asks.take({ email: identity.value, locale: localeOf(request), source: sourceOf(request.ip) });
    this.parts.links?.wake();
    void reply.redirect(taken ? '/sign-in/mail/sent' : '/sign-in/mail/too-many', 303);
  }

  @Get('sent')
  sent(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const locale = localeOf(request);
    const { sent } = wordsIn(locale);
    const { shownFolder } = this.demandMail();
    const folder = shownFolder && html`<div class="development" role="note"><p>${fill(sent.folder, { folder: shownFolder })}</p></div>`;
    const content = plainPage(sent.title, sent.words, html`${folder}<p><a href="/sign-in">${sent.again}</a></p>`);
    showPage(reply, { locale, title: sent.title, content, path: '/sign-in/mail/sent' });
  }

  @Get('too-many')
  tooMany(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    void reply.header('retry-after', HOUR_S);
    this.say(request, reply, 'tooMany', 429);
  }

  @Get(':link')
  async look(@Param('link') link: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const email = await this.asked(link, (one) => this.parts.asks.look(one));
    if (email === undefined) return this.say(request, reply, 'used', 410);
    const locale = localeOf(request);
    const words = wordsIn(locale).link;
    const form: Markup = html`<form method="post" action="/sign-in/mail/${link}" class="door-mail"><button class="button button-accent">${words.button}</button></form>`;
    showPage(reply, { locale, title: words.title, content: plainPage(words.title, fill(words.words, { email }), form), path: `/sign-in/mail/${link}` });
  }

  @Post(':link')
  async use(@Param('link') link: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const email = await this.asked(link, (one) => this.parts.asks.use(one));
    if (email === undefined) return this.say(request, reply, 'used', 410);
    await enter(this.parts, request, reply, { identity: { kind: 'email', value: email } });
    void reply.redirect('/', 303);
  }

  private async asked(link: string, ask: (link: string) => Promise<string | undefined>): Promise<string | undefined> {
    this.demandMail();
    return LINK.test(link) ? ask(link) : undefined;
  }

  private demandMail(): NonNullable<PortalParts['config']['mail']> {
    const { mail } = this.parts.config;
    if (!mail) throw new NotFoundException();
    return mail;
  }

  private say(request: FastifyRequest, reply: FastifyReply, what: 'used' | 'tooMany', status: number): void {
    const locale = localeOf(request);
    const { again, [what]: plain } = wordsIn(locale);
    showPage(reply, { locale, title: plain.title, content: plainPage(plain.title, plain.words, backToDoor(again)), path: '/sign-in' }, status);
  }
}
