import { Controller, Get, Inject, NotFoundException, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLocale } from '#languages';
import { localeOf, sessionOf } from '../http/visit.js';
import { layout } from '../pages/layout.js';
import { noticePage } from '../pages/notice-page.js';
import { PARTS, type PortalParts } from '../portal-parts.js';

const ID = /^[a-z][a-z0-9-]{0,62}$/;
const VERSION = /^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$/;

/** Notices in every version and language that somebody may have said yes to. They are public. */
@Controller('notices')
export class NoticesController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get(':id')
  async show(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query('version') version?: string, @Query('locale') wanted?: string): Promise<void> {
    const locale = localeOf(request);
    const known = ID.test(id) && (version === undefined || VERSION.test(version));
    const notice = known ? await this.parts.words.notice(id, isLocale(wanted) ? wanted : locale, version) : undefined;
    if (!notice) throw new NotFoundException();
    const session = await sessionOf(request, this.parts);
    const page = layout({ locale, title: notice.title, content: noticePage(notice, locale), identity: session?.identity, path: `/notices/${id}?version=${notice.version}` });
    void reply.header('content-type', 'text/html; charset=utf-8').send(page.markup);
  }
}
