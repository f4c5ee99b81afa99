import { Body, Controller, ForbiddenException, Get, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { html } from '#html';
import { isLocale } from '#languages';
import { cookie, LANGUAGE_COOKIE } from '../http/cookies.js';
import { isSecure, localeOf } from '../http/visit.js';
import { fill, textsIn } from '../language/texts.js';
import { PARTS, type PortalParts } from '../portal-parts.js';
import { wordsIn } from './language/words.js';
import { doorPage } from './pages/door-page.js';
import { plainPage } from './pages/plain-page.js';
import { readIdentity } from './read-identity.js';
import { showPage } from './show-page.js';
import { enter, leave } from './visitor.js';

const A_YEAR_S = 365 * 24 * 60 * 60;

const ownPath = (back: unknown): string => (typeof back === 'string' && /^\/(?![/\\])[\w/?=&.-]*$/.test(back) ? back : '/');

/** Signing in and out, and the language. The development sign-in is refused where it is not switched on. */
@Controller()
export class SignInController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get('sign-in')
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query('wrong') wrong?: string): void {
    const locale = localeOf(request);
    const isWrong = wrong !== undefined;
    const content = doorPage(locale, this.parts.config, isWrong ? (wrong === 'mail' ? 'mail' : 'who') : undefined);
    showPage(reply, { locale, title: textsIn(locale).signIn.title, content, path: '/sign-in' }, isWrong ? 422 : 200);
  }

  @Post('sign-in')
  async signIn(@Body() body: { who?: unknown } | undefined, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!this.parts.config.developmentSignIn) throw new ForbiddenException();
    const identity = readIdentity(body?.who);
    if (!identity) return void reply.redirect('/sign-in?wrong', 303);
    await enter(this.parts, request, reply, { identity });
    void reply.redirect('/', 303);
  }

  /** Signed out here whatever the provider does; then there too, where it offers that. */
  @Post('sign-out')
  async signOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { provider, config } = this.parts;
    const idToken = await leave(this.parts, request, reply);
    const url = idToken ? await provider?.signOutUrl(idToken) : undefined;
    if (!url) return void reply.redirect('/sign-in', 303);
    const locale = localeOf(request);
    const { signedOut } = wordsIn(locale);
    const name = config.oidc?.name ?? '';
    const content = plainPage(signedOut.title, fill(signedOut.words, { name }), html`<p><a class="button button-accent" href="${url.href}">${fill(signedOut.button, { name })}</a></p>`);
    // A redirect would be held to the form-action of the page that was pressed, and so would every one that the provider makes of it.
    void reply.header('refresh', `1; url=${url.href}`);
    showPage(reply, { locale, title: signedOut.title, content, path: '/sign-in' });
  }

  @Post('language')
  switchLanguage(@Body() body: { locale?: unknown; back?: unknown } | undefined, @Res() reply: FastifyReply): void {
    if (isLocale(body?.locale)) void reply.header('set-cookie', cookie(LANGUAGE_COOKIE, body.locale, { maxAge: A_YEAR_S, secure: isSecure(this.parts) }));
    void reply.redirect(ownPath(body?.back), 303);
  }
}
