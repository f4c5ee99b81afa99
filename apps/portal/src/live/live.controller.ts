import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerAsStream } from '#live';
import { sessionOf } from '../http/visit.js';
import { PARTS, type PortalParts } from '../portal-parts.js';

/**
 * Server-sent events of one open page: `changed` whenever the consumer has applied something about the person, `beat` while nothing happens.
 * Nothing about the person stands in them; the page fetches what it shows.
 */
@Controller('live')
export class LiveController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get()
  async open(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await sessionOf(request, this.parts);
    if (!session) return void reply.status(401).send();
    const streams = answerAsStream(reply, (page) => this.parts.hub.add({ session, ...page }));
    if (!streams) reply.status(503).send();
  }
}
