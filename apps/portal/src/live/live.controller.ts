import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
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
    const { raw } = reply;
    const leave = this.parts.hub.add({
      session,
      changed: (purpose) => raw.write(`event: changed\ndata: ${JSON.stringify({ purpose })}\n\n`),
      beat: () => raw.write('event: beat\ndata: still here\n\n'),
      // The connection ends with the stream: kept open, it would be what a portal waits for that is told to end.
      end: () => raw.end(() => raw.socket?.end()),
    });
    if (!leave) return void reply.status(503).send();
    raw.on('close', leave);
    if (raw.destroyed) leave();
    reply.hijack();
    raw.writeHead(200, { ...reply.getHeaders(), 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' } as Record<string, string>);
    raw.write('retry: 1000\n\n');
  }
}
