import { Controller, Get, Headers, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LedgerEvent } from '#contracts';
import { isLocale, localeOf, type Locale } from '#languages';
import { Reader, Refusal, wayHome, type ChangeAnswer } from '#ledger';
import { RECEIPT_DAYS, Tokens } from '#vault';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { ChangeConsent } from '../consents/change-consent.js';
import { sourceEvidence } from '../http/source.js';
import { PeopleTables } from '../people/people-tables.js';
import { ReceiptTables } from '../receipts/read-receipt.js';
import { renderPage, type LinkPage } from './page.js';
import { companyOf, partsAsked, purposeTitle } from './purpose-title.js';
import { Requests, type PendingRequest } from './requests.js';
import { textsIn } from './texts.js';

type Name = 'confirm' | 'confirmed' | 'already' | 'closed' | 'unknown';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The request is closed, or what it asked under is not in use any more. */
const CLOSED = new Set(['request_closed', 'notice_unknown', 'purpose_not_active']);

/** The links in the mail of a double opt-in: GET shows, only POST confirms. */
@ApiTags('links')
@Controller('c')
export class ConfirmController {
  constructor(
    private readonly requests: Requests,
    private readonly reader: Reader,
    private readonly catalogue: CurrentCatalogue,
    private readonly bus: CommandBus,
    private readonly tokens: Tokens,
    private readonly receipts: ReceiptTables,
    private readonly tables: PeopleTables,
  ) {}

  @Get(':token')
  @ApiOperation({ summary: 'Show what a mailed link would confirm', description: 'Changes nothing, whoever fetches it, however often.' })
  async show(@Param('token') token: string, @Res() reply: FastifyReply, @Headers('accept-language') language?: string): Promise<void> {
    const request = await this.requests.find(token);
    if (!request) return this.page(reply, 404, 'unknown', localeOf(language));
    const state = await this.stateOf(request);
    return this.page(reply, 200, state, localeFor(request.event, language), request.event);
  }

  @Post(':token')
  @ApiOperation({ summary: 'Confirm a request', description: 'Gives the consent once; a second press says that it is done.' })
  async confirm(@Param('token') token: string, @Req() http: FastifyRequest, @Res() reply: FastifyReply, @Headers('accept-language') language?: string): Promise<void> {
    const request = await this.requests.find(token);
    if (!request) return this.page(reply, 404, 'unknown', localeOf(language));
    const state = await this.stateOf(request);
    const { outcome, receipt } = state === 'confirm' ? await this.give(request.event, http) : { outcome: state };
    return this.page(reply, outcome === 'closed' ? 410 : 200, outcome, localeFor(request.event, language), request.event, receipt);
  }

  @Get(':token/receipt')
  @ApiOperation({ summary: 'The receipt of what a mailed link confirmed', description: 'Leads to the receipt for thirty days from the confirmation; before and after, to the page of the link.' })
  async receipt(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const request = await this.requests.find(token);
    const his = request !== undefined && (await this.speaksForHim(request.event));
    const id = his ? await this.receipts.idOfConfirmation(request.event, new Date(Date.now() - RECEIPT_DAYS * DAY_MS)) : undefined;
    void reply.header('cache-control', 'no-store').redirect(id === undefined ? `/c/${encodeURIComponent(token)}` : await this.receiptLink(id), 303);
  }

  private async receiptLink(id: string): Promise<string> {
    return `/v1/receipts/${id}?token=${await this.tokens.receipt(id)}`;
  }

  /** Whoever reads the mail of an address that was corrected away does not speak for the person. */
  private async speaksForHim({ person, viaId }: LedgerEvent): Promise<boolean> {
    return viaId === undefined || this.tables.isFoundBy(await wayHome(this.reader, person), viaId);
  }

  private async stateOf({ event, expired }: PendingRequest): Promise<Name> {
    const stream = await this.reader.heads.load({ person: event.person, purpose: event.purpose });
    if (!(await this.speaksForHim(event))) return 'closed';
    if (stream?.status === 'given' || stream?.status === 'renewed') return 'already';
    return stream?.open?.event === event.event && !expired ? 'confirm' : 'closed';
  }

  private async give(request: LedgerEvent, http: FastifyRequest): Promise<{ outcome: Name; receipt?: string }> {
    const { person, purpose, via, viaId, notice, capture } = request;
    await this.catalogue.fresh();
    const change = {
      holder: { person, kind: request.kind, ...(via && viaId && { via: { kind: via, id: viaId } }) },
      wishes: [{ purpose: this.catalogue.purpose(purpose), decision: 'grant', confirms: request.event } as const],
      actor: { kind: 'person', id: person } as const,
      mayLink: false,
      notice: notice && this.catalogue.notice(notice.id, notice.version, notice.locale),
      capture,
      evidence: sourceEvidence(http),
      counted: { source: request.actor.id },
    };
    const answer: ChangeAnswer | undefined = await this.bus.execute(new ChangeConsent(change)).catch((error: unknown) => {
      if (error instanceof Refusal && CLOSED.has(error.code)) return undefined;
      throw error;
    });
    if (!answer) return { outcome: 'closed' };
    if (!answer.written) return { outcome: 'already' };
    return { outcome: 'confirmed', receipt: answer.receipt && (await this.receiptLink(answer.receipt)) };
  }

  /** The way to all choices, which stands in the mail of the request too: of an address that is his. */
  private async choicesOf({ person, via, viaId }: LedgerEvent, label: string): Promise<LinkPage['choices']> {
    return { label, href: `/p/${await this.tokens.choices({ person, via: via && viaId ? { kind: via, id: viaId } : undefined })}` };
  }

  private async page(reply: FastifyReply, status: number, name: Name, locale: Locale, request?: LedgerEvent, receipt?: string): Promise<void> {
    const texts = textsIn(locale, request ? purposeTitle(this.catalogue, request.purpose, locale) : '');
    const parts = request ? partsAsked(this.catalogue, request, locale) : '';
    const asked = [texts.confirmText, parts && texts.confirmParts.replace('{parts}', () => parts)].filter(Boolean).join(' ');
    const pages: Record<Name, Omit<LinkPage, 'locale'>> = {
      confirm: { tone: 'ask', title: texts.confirmTitle, text: asked, button: texts.confirmButton, note: texts.confirmNote },
      confirmed: { tone: 'done', title: texts.confirmedTitle, text: texts.confirmedText, ...(receipt && { link: { label: texts.receiptLink, href: receipt } }) },
      already: { tone: 'done', title: texts.alreadyTitle, text: texts.alreadyText },
      closed: { tone: 'gone', title: texts.closedTitle, text: texts.closedText },
      unknown: { tone: 'gone', title: texts.unknownTitle, text: texts.unknownText },
    };
    const company = request && companyOf(this.catalogue, request.purpose);
    const choices = request && (name === 'confirmed' || name === 'already') ? await this.choicesOf(request, texts.allChoices) : undefined;
    void reply.status(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(renderPage({ locale, ...pages[name], company, choices }));
  }
}

/** The page speaks the language of the notice that was shown; the reader's own where that is not one of ours. */
const localeFor = (event: LedgerEvent, language: string | undefined): Locale =>
  isLocale(event.notice?.locale) ? event.notice.locale : localeOf(language);
