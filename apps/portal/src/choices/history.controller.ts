import { Controller, Get, Inject, NotFoundException, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { html } from '#html';
import { localeOf, sessionOf } from '../http/visit.js';
import { textsIn } from '../language/texts.js';
import { historyList } from '../pages/history-list.js';
import { layout } from '../pages/layout.js';
import { PARTS, type PortalParts } from '../portal-parts.js';
import { knownPerson } from '../rights/visitor.js';
import { readHistory } from '../store/history.js';
import { HISTORY_LENGTH } from './read-view.js';

/** A page of a history; the first is on the page of choices. */
const PAGE = /^[1-9]\d{0,5}$/;

/** What a signed-in person decided long ago, page by page, each decision with its receipt. */
@Controller('history')
export class HistoryController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query('page') wanted = '1'): Promise<void> {
    const session = await sessionOf(request, this.parts);
    if (!session) return void reply.redirect('/sign-in', 303);
    if (!PAGE.test(wanted)) throw new NotFoundException();
    const page = Number(wanted);
    const locale = localeOf(request);
    const { identity } = session;
    const person = await knownPerson(this.parts, session);
    const found = person === undefined ? [] : await readHistory(this.parts.pool, person, HISTORY_LENGTH + 1, (page - 1) * HISTORY_LENGTH);
    if (found.length === 0 && page > 1) throw new NotFoundException();
    const titles = new Map((await this.parts.words.purposes()).map(({ id, texts }) => [id, texts?.[locale]?.title ?? id]));
    const frame = { locale, alone: true as const, ...(page > 1 && { newer: page - 1 }), ...(found.length > HISTORY_LENGTH && { older: page + 1 }) };
    const content = html`<div class="wrap">${historyList(found.slice(0, HISTORY_LENGTH), titles, frame)}</div>`;
    const { markup } = layout({ locale, title: textsIn(locale).history.title, content, identity, path: `/history?page=${page}`, at: 'choices' });
    void reply.header('content-type', 'text/html; charset=utf-8').send(markup);
  }
}
