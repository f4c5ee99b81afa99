import { Body, Controller, Get, Header, Headers, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { NoticeRef } from '#contracts';
import { isLocale, localeOf, type Locale } from '#languages';
import type { DefinedPurpose } from '#ledger';
import { Tokens, type ChoicesClaims } from '#vault';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { sourceEvidence } from '../http/source.js';
import { purposeTitle } from '../links/purpose-title.js';
import { unknown } from '../links/way-back.controller.js';
import { PublicUrl } from '../people/address-book.js';
import { heldWords } from '../rights/held-words.js';
import { OWN_CHOICES_STYLES, renderOwnChoices } from './own-choices-page.js';
import { OwnChoices, type OwnView } from './own-choices.js';
import { ownWords } from './words.js';

interface Summaries {
  texts?: { purposes?: Record<string, Record<string, { summary?: string } | undefined> | undefined> };
}

const GDPR = /^eu-gdpr:A(\d+)-(\d+)-([a-z])$/;
const ID = /^[a-z][a-z0-9-]{0,62}$/;

/** What the form of the page asks for; undefined where it asks for nothing. */
function pressed(body: unknown): { purpose: string } | 'all' | undefined {
  const form = new URLSearchParams(typeof body === 'string' ? body : '');
  if (form.get('all') === '1') return 'all';
  const purpose = form.get('purpose') ?? '';
  return ID.test(purpose) ? { purpose } : undefined;
}

/** All choices of a person behind a mailed link (rule 32): GET shows, POST stops; no sign-in, no expiry, and no way to give. */
@ApiTags('links')
@Controller()
export class OwnChoicesController {
  constructor(
    private readonly tokens: Tokens,
    private readonly choices: OwnChoices,
    private readonly catalogue: CurrentCatalogue,
    private readonly publicUrl: PublicUrl,
  ) {}

  @Get('own-choices.css')
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'public, max-age=3600')
  styles(): string {
    return OWN_CHOICES_STYLES;
  }

  @Get('p/:token')
  @ApiOperation({ summary: 'Show all choices of the person behind a link', description: 'Every purpose with its state, and a button to stop it. Changes nothing, whoever fetches it. Names nobody; after erasure 200, with nothing.' })
  async show(@Param('token') token: string, @Res() reply: FastifyReply, @Headers('accept-language') language?: string, @Query('lang') lang?: string): Promise<void> {
    const claims = await this.tokens.openChoices(token);
    if (!claims) return unknown(reply, language);
    return this.page(reply, 200, isLocale(lang) ? lang : localeOf(language), await this.choices.view(claims));
  }

  @Post('p/:token')
  @ApiOperation({ summary: 'Stop one purpose, or all', description: '`purpose=<id>` or `all=1`, as a form: withdraws, objects, or refuses on all devices. It never gives anything. Pressed again it answers the same.' })
  async stop(
    @Param('token') token: string,
    @Req() http: FastifyRequest,
    @Res() reply: FastifyReply,
    @Body() body?: unknown,
    @Headers('accept-language') language?: string,
    @Query('lang') lang?: string,
  ): Promise<void> {
    const claims = await this.tokens.openChoices(token);
    if (!claims) return unknown(reply, language);
    const locale = isLocale(lang) ? lang : localeOf(language);
    const what = pressed(body);
    const done = what !== undefined && (await this.act(claims, what, http));
    const view = await this.choices.view(claims);
    return this.page(reply, done || view.kind === 'nothing' ? 200 : 422, locale, view, this.said(done ? what : undefined, locale));
  }

  private act(claims: ChoicesClaims, what: { purpose: string } | 'all', http: FastifyRequest): Promise<boolean> {
    return this.choices.stop(claims, what, sourceEvidence(http));
  }

  private said(what: { purpose: string } | 'all' | undefined, locale: Locale): string {
    const words = ownWords(locale);
    if (what === undefined) return words.notPossible;
    return what === 'all' ? words.allStopped : words.stopped.replace('{title}', () => purposeTitle(this.catalogue, what.purpose, locale));
  }

  private page(reply: FastifyReply, status: number, locale: Locale, view: OwnView, said?: string): void {
    const { texts } = this.catalogue.get().document as Summaries;
    const textOf = ({ id }: DefinedPurpose): { title: string; summary: string } => ({ title: purposeTitle(this.catalogue, id, locale), summary: texts?.purposes?.[id]?.[locale]?.summary ?? '' });
    const basisOf = (basis: string): string => {
      const [, article, paragraph, letter] = GDPR.exec(basis) ?? [];
      const cited = article === undefined ? basis : locale === 'en' ? `GDPR ${article}(${paragraph})(${letter})` : `GDPR ${article}.${paragraph} ${letter}`;
      return [heldWords[locale].bases[basis], `(${cited})`].filter(Boolean).join(' ');
    };
    const { portal } = this.publicUrl;
    const noticeOf = ({ id, version, locale: language }: NoticeRef): { title: string; href?: string } => ({
      title: this.catalogue.notice(id, version, language)?.title ?? id,
      ...(portal && { href: `${portal}/notices/${id}?${new URLSearchParams({ version, locale: language }).toString()}` }),
    });
    const markup = renderOwnChoices({ locale, view, said, textOf, basisOf, noticeOf, signIn: portal && `${portal}/sign-in` });
    void reply.status(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(markup);
  }
}
