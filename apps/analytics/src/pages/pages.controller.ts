import { Controller, Get, Inject, NotFoundException, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLanguage, languageCookie, languageOf } from '../http/language.js';
import { PARTS, type AnalyticsParts } from '../parts.js';
import { rangeOf } from '../views/api.controller.js';
import { homePage } from './home.js';
import { readView } from './view.js';

/** The page for staff. */
@Controller()
export class PagesController {
  constructor(@Inject(PARTS) private readonly parts: AnalyticsParts) {}

  @Get()
  async home(@Query('range') range: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const page = homePage(await readView(this.parts, rangeOf(range)), languageOf(request));
    await reply.type('text/html; charset=utf-8').send(page);
  }

  @Get('language/:code')
  async language(@Param('code') code: string, @Res() reply: FastifyReply): Promise<void> {
    if (!isLanguage(code)) throw new NotFoundException();
    await reply.header('set-cookie', languageCookie(code)).redirect('/', 303);
  }
}
