import { Body, Controller, ForbiddenException, Get, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookie, LANGUAGE_COOKIE, sessionCookie } from '../http/cookies.js';
import { isSecure, localeOf, sessionOf } from '../http/visit.js';
import { isLocale } from '../language/locale.js';
import { textsIn } from '../language/texts.js';
import { layout } from '../pages/layout.js';
import { signInPage } from '../pages/sign-in-page.js';
import { PARTS, type PortalParts } from '../portal-parts.js';
import { SESSION_MS } from '../store/sessions.js';
import { readIdentity } from './read-identity.js';

const A_YEAR_S = 365 * 24 * 60 * 60;

const ownPath = (back: unknown): string => (typeof back === 'string' && /^\/(?![/\\])[\w/?=&.-]*$/.test(back) ? back : '/');

/** Signing in and out, and the language. The development sign-in is refused where it is not switched on. */
@Controller()
export class SignInController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get('sign-in')
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query('wrong') wrong?: string): void {
    const locale = localeOf(request);
    const content = signInPage(locale, { enabled: this.parts.config.developmentSignIn, wrong: wrong !== undefined });
    const page = layout({ locale, title: textsIn(locale).signIn.title, content, path: '/sign-in' });
    void reply.status(wrong === undefined ? 200 : 422).header('content-type', 'text/html; charset=utf-8').send(page.markup);
  }

  @Post('sign-in')
  async signIn(@Body() body: { who?: unknown } | undefined, @Res() reply: FastifyReply): Promise<void> {
    if (!this.parts.config.developmentSignIn) throw new ForbiddenException();
    const identity = readIdentity(body?.who);
    if (!identity) return void reply.redirect('/sign-in?wrong', 303);
    const value = await this.parts.sessions.start(identity);
    const secure = isSecure(this.parts);
    void reply.header('set-cookie', cookie(sessionCookie(secure), value, { maxAge: SESSION_MS / 1000, secure })).redirect('/', 303);
  }

  @Post('sign-out')
  async signOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await sessionOf(request, this.parts);
    if (session) await this.parts.sessions.end(session);
    const secure = isSecure(this.parts);
    void reply.header('set-cookie', cookie(sessionCookie(secure), '', { maxAge: 0, secure })).redirect('/sign-in', 303);
  }

  @Post('language')
  switchLanguage(@Body() body: { locale?: unknown; back?: unknown } | undefined, @Res() reply: FastifyReply): void {
    if (isLocale(body?.locale)) void reply.header('set-cookie', cookie(LANGUAGE_COOKIE, body.locale, { maxAge: A_YEAR_S, secure: isSecure(this.parts) }));
    void reply.redirect(ownPath(body?.back), 303);
  }
}
