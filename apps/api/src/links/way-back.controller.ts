import { Controller, Get, Headers, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { takenKind, type TakenAway } from '#held';
import { isLocale, localeOf, type Locale } from '#languages';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { sourceEvidence } from '../http/source.js';
import { abuseTexts } from './abuse-texts.js';
import type { MailLink } from './mail-links.js';
import { renderPage, type LinkPage } from './page.js';
import { purposeTitles } from './purpose-title.js';
import { textsIn } from './texts.js';
import { WayBack, type WayBackState } from './way-back.js';

type Name = WayBackState | 'given';

/** The way back after somebody unverified withdrew for a typed address: GET shows, only POST gives back. */
@ApiTags('links')
@Controller('b')
export class WayBackController {
  constructor(
    private readonly wayBack: WayBack,
    private readonly catalogue: CurrentCatalogue,
  ) {}

  @Get(':token')
  @ApiOperation({ summary: 'Show what was withdrawn for a typed address', description: 'Changes nothing, whoever fetches it, however often.' })
  async show(@Param('token') token: string, @Res() reply: FastifyReply, @Headers('accept-language') language?: string): Promise<void> {
    const link = await this.wayBack.find(token);
    if (!link) return unknown(reply, language);
    const { state, items } = await this.wayBack.view(link);
    return this.page(reply, 200, state, items, localeFor(link, language));
  }

  @Post(':token')
  @ApiOperation({ summary: 'Give the consent back, or lift the objection', description: "The person's own confirmation, once; after any newer decision the link is of no use." })
  async act(@Param('token') token: string, @Req() http: FastifyRequest, @Res() reply: FastifyReply, @Headers('accept-language') language?: string): Promise<void> {
    const link = await this.wayBack.find(token);
    if (!link) return unknown(reply, language);
    const { state, items } = await this.wayBack.view(link);
    const locale = localeFor(link, language);
    if (state !== 'ask') return this.page(reply, state === 'closed' ? 410 : 200, state, items, locale);
    const given = await this.wayBack.giveBack(link, items, sourceEvidence(http));
    if (given.length > 0) return this.page(reply, 200, 'given', given, locale);
    const { state: after } = await this.wayBack.view(link);
    return this.page(reply, after === 'stands' ? 200 : 410, after === 'ask' ? 'closed' : after, items, locale);
  }

  private page(reply: FastifyReply, status: number, name: Name, items: TakenAway[], locale: Locale): void {
    const texts = abuseTexts(locale, purposeTitles(this.catalogue, items.map((item) => item.purpose), locale), takenKind(items));
    const pages: Record<Name, Omit<LinkPage, 'locale'>> = {
      ask: { tone: 'ask', title: texts.backTitle, text: texts.backText, button: texts.backButton, note: texts.backNote },
      given: { tone: 'done', title: texts.givenBackTitle, text: texts.givenBackText },
      stands: { tone: 'done', title: texts.standsTitle, text: texts.standsText },
      closed: { tone: 'gone', title: texts.closedTitle, text: texts.closedText },
    };
    sendPage(reply, status, { locale, ...pages[name] });
  }
}

/** The language of the mail; the reader's own where that is not one of ours. */
export const localeFor = ({ locale }: MailLink, language: string | undefined): Locale => (isLocale(locale) ? locale : localeOf(language));

export function sendPage(reply: FastifyReply, status: number, page: LinkPage): void {
  void reply.status(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(renderPage(page));
}

/** A token that is none of ours. */
export function unknown(reply: FastifyReply, language: string | undefined): void {
  const locale = localeOf(language);
  const texts = textsIn(locale, '');
  sendPage(reply, 404, { locale, tone: 'gone', title: texts.unknownTitle, text: texts.unknownText });
}
