import { Body, Controller, Get, Headers, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { chosenOf } from '#consent';
import { localeOf, type Locale } from '#languages';
import { Reader, wayHome, type DefinedPurpose } from '#ledger';
import { Tokens, type UnsubscribeClaims } from '#vault';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { ChangeConsent } from '../consents/change-consent.js';
import { sourceEvidence } from '../http/source.js';
import { PublicUrl } from '../people/address-book.js';
import { PeopleTables } from '../people/people-tables.js';
import { LinkCounts } from '../statistics/link-counts.js';
import { noticeText } from './notice-text.js';
import { isOneClick } from './one-click.js';
import { renderPage, type LinkPage, type PageUndo } from './page.js';
import { companyOf, purposeTitle } from './purpose-title.js';
import { textsIn } from './texts.js';
import { Undo, type UndoOffer } from './undo.js';
import { undoTexts } from './undo-texts.js';

type Name = 'ask' | 'done' | 'told' | 'unknown' | 'undone' | 'too-late';

/** What a link would end. */
type Opened = UnsubscribeClaims & { defined: DefinedPurpose };

/** It follows from a contract or the law: nothing ends it. */
const isTold = ({ defined }: Opened): boolean => defined.choice === 'told';

const LINK = 'unsubscribe';

/** Unsubscribing by a mailed link (RFC 8058): GET and HEAD show, only POST acts; no sign-in, no redirect, no expiry. */
@ApiTags('links')
@Controller('u')
export class UnsubscribeController {
  constructor(
    private readonly tokens: Tokens,
    private readonly reader: Reader,
    private readonly catalogue: CurrentCatalogue,
    private readonly bus: CommandBus,
    private readonly undo: Undo,
    private readonly counts: LinkCounts,
    private readonly publicUrl: PublicUrl,
    private readonly tables: PeopleTables,
  ) {}

  @Get(':token')
  @ApiOperation({ summary: 'Show what an unsubscribe link would end', description: 'Changes nothing, whoever fetches it; that somebody did is counted.' })
  async show(@Param('token') token: string, @Req() http: FastifyRequest, @Res() reply: FastifyReply, @Headers('accept-language') language?: string): Promise<void> {
    const claims = await this.open(token);
    const locale = localeOf(language);
    if (!claims) return this.page(reply, 404, 'unknown', locale, '');
    this.counts.opened(LINK, http.method);
    return this.page(reply, 200, await this.shown(claims), locale, claims.purpose);
  }

  private async shown(claims: Opened): Promise<Name> {
    if (isTold(claims)) return 'told';
    return (await this.isOver(claims)) ? 'done' : 'ask';
  }

  /** Undefined where the link is not ours, or of a purpose that the catalogue does not know: it can end nothing. */
  private async open(token: string): Promise<Opened | undefined> {
    const claims = await this.tokens.openUnsubscribe(token);
    const defined = claims && this.catalogue.get().purposes.get(claims.purpose);
    return defined && { ...claims, person: await this.tables.speakerOf(this.reader, claims), defined };
  }

  /**
   * Whether there is nothing to end: what is only paused or restricted begins again, and a request may be confirmed. Whoever reads the mail of
   * an address that is the person's no more is not told: he may stop it all the same.
   */
  private async isOver({ person, purpose, via }: UnsubscribeClaims): Promise<boolean> {
    const way = await wayHome(this.reader, person);
    const home = way.at(-1) ?? person;
    const stream = await this.reader.heads.load({ person: home, purpose });
    if (!stream || !(await this.speaksFor(way, via))) return false;
    const { allowed, status } = chosenOf(stream);
    return !allowed && status !== 'requested';
  }

  /** `way`: from the person to the one he was merged into. Of whoever was erased nothing is left to be told. */
  private async speaksFor(way: string[], via: UnsubscribeClaims['via']): Promise<boolean> {
    return via === undefined || (await this.tables.isFoundBy(way, via.id)) || (await this.reader.persons.load(way.at(-1) ?? ''))?.erased === true;
  }

  @Post(':token')
  @ApiOperation({ summary: 'Unsubscribe', description: 'One click by the mail program (RFC 8058), or the button of the page. Pressed again it answers the same. What is only told goes on, and the page says so.' })
  async act(
    @Param('token') token: string,
    @Req() http: FastifyRequest,
    @Res() reply: FastifyReply,
    @Body() body?: unknown,
    @Headers('accept-language') language?: string,
  ): Promise<void> {
    const claims = await this.open(token);
    const locale = localeOf(language);
    if (!claims) return this.page(reply, 404, 'unknown', locale, '');
    if (isTold(claims)) return this.page(reply, 200, 'told', locale, claims.purpose);
    const oneClick = isOneClick(body);
    await this.withdraw(claims, http, oneClick);
    this.counts.acted(LINK, oneClick ? 'one-click' : 'pressed');
    const offer = oneClick ? undefined : await this.undo.offer(claims);
    return this.page(reply, 200, 'done', locale, claims.purpose, offer && this.offered(offer, `${token}/undo`, locale, claims.purpose));
  }

  @Get(':token/undo')
  @ApiOperation({ summary: 'Leads back to the page of the link', description: 'Changes nothing.' })
  async back(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('cache-control', 'no-store').redirect(`/u/${encodeURIComponent(token)}`, 303);
  }

  @Post(':token/undo')
  @ApiOperation({
    summary: 'Undo a press of the page',
    description: 'Once, within half an hour, with the word that came in the answer to that press: a consent of the person under the text that stood beside the button. 410 where that is over.',
  })
  async takeBack(@Param('token') token: string, @Req() http: FastifyRequest, @Res() reply: FastifyReply, @Body() body?: unknown, @Headers('accept-language') language?: string): Promise<void> {
    const claims = await this.open(token);
    const locale = localeOf(language);
    if (!claims) return this.page(reply, 404, 'unknown', locale, '');
    const word = new URLSearchParams(typeof body === 'string' ? body : '').get('undo') ?? '';
    const outcome = await this.undo.take(claims, word, sourceEvidence(http));
    if (outcome === 'undone') this.counts.acted(LINK, 'undone');
    return this.page(reply, outcome === 'undone' ? 200 : 410, outcome, locale, claims.purpose);
  }

  private async withdraw({ person, purpose, via, defined }: Opened, http: FastifyRequest, oneClick: boolean): Promise<void> {
    const stream = await this.reader.heads.load({ person, purpose });
    const change = {
      holder: { person, kind: 'person', via } as const,
      wishes: [{ purpose: defined, decision: 'withdraw' } as const],
      actor: { kind: 'person', id: person } as const,
      mayLink: false,
      capture: { method: oneClick ? 'one-click' : 'mail-link' },
      evidence: sourceEvidence(http),
      reason: oneClick ? ('one-click' as const) : ('person' as const),
      counted: { notice: stream?.notice },
    };
    await this.bus.execute(new ChangeConsent(change));
  }

  private offered({ word, notice }: UndoOffer, action: string, locale: Locale, purpose: string): PageUndo {
    const { question, button, terms } = undoTexts(locale, purposeTitle(this.catalogue, purpose, locale));
    return { question, button, action, word, terms: notice ? noticeText(terms, notice.body, notice.locale) : '' };
  }

  private page(reply: FastifyReply, status: number, name: Name, locale: Locale, purpose: string, undo?: PageUndo): void {
    const title = purpose === '' ? '' : purposeTitle(this.catalogue, purpose, locale);
    const texts = textsIn(locale, title);
    const { doneTitle, doneText, lateTitle, lateText } = undoTexts(locale, title);
    const pages: Record<Name, Omit<LinkPage, 'locale'>> = {
      ask: { tone: 'ask', title: texts.unsubscribeTitle, text: texts.unsubscribeText, button: texts.unsubscribeButton },
      done: { tone: 'done', title: texts.unsubscribedTitle, text: texts.unsubscribedText, undo },
      told: { tone: 'gone', title: texts.toldTitle, text: texts.toldText },
      unknown: { tone: 'gone', title: texts.unknownTitle, text: texts.unknownText },
      undone: { tone: 'done', title: doneTitle, text: doneText },
      'too-late': { tone: 'gone', title: lateTitle, text: lateText },
    };
    void reply.status(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(renderPage({ locale, ...pages[name], company: companyOf(this.catalogue, purpose), choices: this.toPortal(name, texts.signIn) }));
  }

  /** A link to one purpose opens none to all (ADR 33): what more there is wants a sign-in. */
  private toPortal(name: Name, label: string): LinkPage['choices'] {
    const { portal } = this.publicUrl;
    return portal === undefined || ['ask', 'unknown'].includes(name) ? undefined : { label, href: `${portal}/sign-in` };
  }
}
