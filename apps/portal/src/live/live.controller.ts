import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionOf } from '../http/visit.js';
import { PARTS, type PortalParts } from '../portal-parts.js';

const HEARTBEAT_MS = 15_000;

/**
 * Server-sent events of one open page: `changed` whenever the consumer has applied something about the person. Nothing
 * about the person stands in them; the page fetches what it shows.
 */
@Controller('live')
export class LiveController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get()
  async open(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await sessionOf(request, this.parts);
    if (!session) return void reply.status(401).send();
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { ...reply.getHeaders(), 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' } as Record<string, string>);
    raw.write('retry: 1000\n\n');
    const leave = this.parts.hub.add({
      session,
      changed: (purpose) => raw.write(`event: changed\ndata: ${JSON.stringify({ purpose })}\n\n`),
    });
    const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS);
    raw.on('close', () => {
      clearInterval(heartbeat);
      leave();
    });
  }
}
