import { Controller, Get, Inject, NotFoundException, Param, ParseUUIDPipe, Req, Res, ServiceUnavailableException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionOf } from '../http/visit.js';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import { PARTS, type PortalParts } from '../portal-parts.js';
import { personOf } from '../rights/visitor.js';
import { holderOf } from '../store/history.js';
import type { Session } from '../store/sessions.js';

/** Leads a signed-in person to the receipt of a decision of his own; of anybody else's there is none. */
@Controller('receipts')
export class ReceiptsController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get(':event')
  async show(@Param('event', new ParseUUIDPipe({ errorHttpStatusCode: 404 })) event: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await sessionOf(request, this.parts);
    if (!session) return void reply.redirect('/sign-in', 303);
    const link = await this.linkTo(event, session).catch((error: unknown) => {
      if (error instanceof LedgerRefused) return undefined;
      throw error instanceof LedgerSilent ? new ServiceUnavailableException() : error;
    });
    if (link === undefined) throw new NotFoundException();
    void reply.redirect(link, 303);
  }

  private async linkTo(event: string, session: Session): Promise<string | undefined> {
    const { pool, ledger } = this.parts;
    const person = await personOf(this.parts, session);
    const holder = person && (await holderOf(pool, person, event));
    return holder && ledger.receiptLink(holder, event);
  }
}
