import { Body, Controller, Get, Inject, NotFoundException, Param, ParseUUIDPipe, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLanguage, languageCookie, languageOf } from '../http/language.js';
import { homePage } from '../pages/home.js';
import { issuePage } from '../pages/issues.js';
import { readView } from '../pages/view.js';
import { PARTS, type NewsletterParts } from '../parts.js';
import { readIssue, storeIssue } from '../store/issues.js';
import { readDraft } from './read-draft.js';

const HTML = 'text/html; charset=utf-8';

/** Pages for staff, and the one thing they can do: send an issue. */
@Controller()
export class IssuesController {
  constructor(@Inject(PARTS) private readonly parts: NewsletterParts) {}

  @Get()
  async home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await reply.type(HTML).send(homePage(await readView(this.parts), languageOf(request)));
  }

  @Get('issues/:id')
  async issue(@Param('id', ParseUUIDPipe) id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const issue = await readIssue(this.parts.pool, id);
    if (!issue) throw new NotFoundException();
    await reply.type(HTML).send(issuePage(issue, languageOf(request), await this.parts.topics()));
  }

  @Post('issues')
  async send(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const draft = readDraft(body, (await this.parts.topics()).map((topic) => topic.id));
    const isProgram = request.headers['content-type']?.startsWith('application/json') ?? false;
    if (draft.wrong.length > 0) return this.refuse(422, draft, isProgram, request, reply);
    if (!this.parts.consumer.health().informed) {
      void reply.header('retry-after', '5');
      return this.refuse(503, { ...draft, wrong: ['list'] }, isProgram, request, reply);
    }
    const isStored = await storeIssue(this.parts.pool, draft, new Date());
    if (!isStored) return this.refuse(409, { ...draft, wrong: ['id'] }, isProgram, request, reply);
    this.parts.sender.wake();
    this.parts.log.info({ issue: draft.id }, 'an issue is on its way');
    if (isProgram) await reply.status(201).header('location', `/api/issues/${draft.id}`).send({ id: draft.id });
    else await reply.redirect(`/issues/${draft.id}`, 303);
  }

  @Get('language/:code')
  async language(@Param('code') code: string, @Query('to') to: unknown, @Res() reply: FastifyReply): Promise<void> {
    if (!isLanguage(code)) throw new NotFoundException();
    const back = typeof to === 'string' && /^\/(?:issues\/[0-9a-f-]{36})?$/.test(to) ? to : '/';
    await reply.header('set-cookie', languageCookie(code)).redirect(back, 303);
  }

  private async refuse(status: 409 | 422 | 503, draft: ReturnType<typeof readDraft>, isProgram: boolean, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (isProgram) await reply.status(status).send({ wrong: draft.wrong });
    else await reply.status(status).type(HTML).send(homePage(await readView(this.parts), languageOf(request), draft));
  }
}
