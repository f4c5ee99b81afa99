import { Body, Controller, Get, Headers, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Reader } from '#ledger';
import { Tokens, type UnsubscribeClaims } from '#vault';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { ChangeConsent } from '../consents/change-consent.js';
import { sourceEvidence } from '../http/source.js';
import { renderPage, type LinkPage } from './page.js';
import { purposeTitle } from './purpose-title.js';
import { localeOf, textsIn, type Locale } from './texts.js';

type Name = 'ask' | 'done' | 'unknown';

/** Unsubscribing by a mailed link (RFC 8058): GET and HEAD show, only POST acts; no sign-in, no redirect, no expiry. */
@ApiTags('links')
@Controller('u')
export class UnsubscribeController {
  constructor(
    private readonly tokens: Tokens,
    private readonly reader: Reader,
    private readonly catalogue: CurrentCatalogue,
    private readonly bus: CommandBus,
  ) {}

  @Get(':token')
  @ApiOperation({ summary: 'Show what an unsubscribe link would end', description: 'Changes nothing, whoever fetches it.' })
  async show(@Param('token') token: string, @Res() reply: FastifyReply, @Headers('accept-language') language?: string): Promise<void> {
    const claims = await this.tokens.openUnsubscribe(token);
    const locale = localeOf(language);
    if (!claims) return this.page(reply, 404, 'unknown', locale, '');
    const stream = await this.reader.heads.load(claims);
    return this.page(reply, 200, stream?.allowed === false ? 'done' : 'ask', locale, claims.purpose);
  }

  @Post(':token')
  @ApiOperation({ summary: 'Unsubscribe', description: 'One click by the mail program (RFC 8058), or the button of the page. Pressed again it answers the same.' })
  async act(
    @Param('token') token: string,
    @Req() http: FastifyRequest,
    @Res() reply: FastifyReply,
    @Body() body?: unknown,
    @Headers('accept-language') language?: string,
  ): Promise<void> {
    const claims = await this.tokens.openUnsubscribe(token);
    const locale = localeOf(language);
    if (!claims) return this.page(reply, 404, 'unknown', locale, '');
    await this.withdraw(claims, http, /One-Click/.test(typeof body === 'string' ? body : ''));
    return this.page(reply, 200, 'done', locale, claims.purpose);
  }

  private async withdraw({ person, purpose, via }: UnsubscribeClaims, http: FastifyRequest, oneClick: boolean): Promise<void> {
    const defined = this.catalogue.get().purposes.get(purpose);
    if (!defined) return;
    const change = {
      holder: { person, kind: 'person', via } as const,
      wishes: [{ purpose: defined, decision: 'withdraw' } as const],
      actor: { kind: 'person', id: person } as const,
      mayLink: false,
      capture: { method: oneClick ? 'one-click' : 'mail-link' },
      evidence: sourceEvidence(http),
      reason: oneClick ? ('one-click' as const) : ('person' as const),
    };
    await this.bus.execute(new ChangeConsent(change));
  }

  private page(reply: FastifyReply, status: number, name: Name, locale: Locale, purpose: string): void {
    const texts = textsIn(locale, purpose === '' ? '' : purposeTitle(this.catalogue, purpose, locale));
    const pages: Record<Name, Omit<LinkPage, 'locale'>> = {
      ask: { tone: 'ask', title: texts.unsubscribeTitle, text: texts.unsubscribeText, button: texts.unsubscribeButton },
      done: { tone: 'done', title: texts.unsubscribedTitle, text: texts.unsubscribedText },
      unknown: { tone: 'gone', title: texts.unknownTitle, text: texts.unknownText },
    };
    void reply.status(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(renderPage({ locale, ...pages[name] }));
  }
}
