import { Body, Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FromWebsite } from '../../http/same-origin.js';
import { localeOf, sessionOf } from '../../http/visit.js';
import { PARTS, type PortalParts } from '../../portal-parts.js';
import { showPage } from '../show-page.js';
import { forgetVisit, noteVisit, readShort, readSite } from '../visitor.js';
import { wordsIn } from '../language/words.js';
import { onwardPage } from '../pages/onward-page.js';

const TOKEN = /^[\w.~-]{16,1024}$/;

/** An origin that is logged can be of any length: who sends it need be no browser. */
const ORIGIN_CHARS = 300;

/**
 * A visitor comes from the website with the token of his device, in the body of a POST that the browser says is the website's own,
 * or another site's of the ledger: a stranger's page can send nobody here with a device that is not his (he would be shown his page,
 * and nothing is kept). The token waits in a cookie until he is signed in.
 */
@Controller('from-website')
export class DeviceController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Post()
  @FromWebsite()
  async come(@Body() body: { device?: unknown } | undefined, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { origin = '' } = request.headers;
    const device = body?.device;
    if (typeof device !== 'string' || !TOKEN.test(device)) return void reply.redirect('/', 303);
    if (!(await this.parts.isKnownSite(origin))) {
      this.parts.log.warn({ origin: origin.slice(0, ORIGIN_CHARS) }, 'a device was not taken: no site key of the ledger works from this origin');
      return void reply.redirect('/', 303);
    }
    noteVisit(reply, this.parts, { device, site: origin });
    void reply.redirect('/from-website', 303);
  }

  /** His own session's cookie does not come along from another site: only here it is seen whether he is signed in already. */
  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await sessionOf(request, this.parts);
    if (!session || readShort(request, this.parts, 'device') === undefined) return void reply.redirect('/', 303);
    const locale = localeOf(request);
    const words = wordsIn(locale).onward;
    showPage(reply, { locale, title: words.title, content: onwardPage(words), identity: session.identity, path: '/' });
  }

  @Post('onward')
  async bring(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await sessionOf(request, this.parts);
    const device = readShort(request, this.parts, 'device');
    if (session && device !== undefined) {
      await this.parts.sessions.bring(session, device, readSite(request, this.parts));
      forgetVisit(reply, this.parts);
    }
    void reply.redirect('/', 303);
  }
}
