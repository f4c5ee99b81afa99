import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { answerAsStream } from '#live';
import { PARTS, type NewsletterParts } from '../parts.js';

/** Server-sent events of an open page: `changed` whenever something was sent or the ledger’s events had an effect, `beat` while nothing happens. */
@Controller('live')
export class LiveController {
  constructor(@Inject(PARTS) private readonly parts: NewsletterParts) {}

  @Get()
  open(@Res() reply: FastifyReply): void {
    if (!answerAsStream(reply, this.parts.hub.add)) void reply.status(503).send();
  }
}
