import { Controller, Get, Inject, NotFoundException, Param, ParseUUIDPipe, Req, Res, ServiceUnavailableException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionOf } from '../http/visit.js';
import { LedgerRefused } from '../ledger/ask-ledger.js';
import { PARTS, type PortalParts } from '../portal-parts.js';
import { holderOf } from '../store/history.js';

/** Leads a signed-in person to the receipt of a decision of his own; of anybody else's there is none. */
@Controller('receipts')
export class ReceiptsController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get(':event')
  async show(@Param('event', new ParseUUIDPipe({ errorHttpStatusCode: 404 })) event: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await sessionOf(request, this.parts);
    if (!session) return void reply.redirect('/sign-in', 303);
    const holder = session.person && (await holderOf(this.parts.pool, session.person, event));
    if (!holder) throw new NotFoundException();
    const link = await this.parts.ledger.receiptLink(holder, event).catch((error: unknown) => {
      if (error instanceof LedgerRefused) throw new NotFoundException();
      throw new ServiceUnavailableException();
    });
    void reply.redirect(link, 303);
  }
}
