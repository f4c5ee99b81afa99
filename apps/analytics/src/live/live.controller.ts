import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PARTS, type AnalyticsParts } from '../analytics-parts.js';

const HEARTBEAT_MS = 15_000;

/** Server-sent events of an open page: `changed` whenever a view was taken or the ledger's events had an effect. */
@Controller('live')
export class LiveController {
  constructor(@Inject(PARTS) private readonly parts: AnalyticsParts) {}

  @Get()
  open(@Res() reply: FastifyReply): void {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { ...reply.getHeaders(), 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' } as Record<string, string>);
    raw.write('retry: 1000\n\n');
    const leave = this.parts.hub.add(() => raw.write('event: changed\ndata: {}\n\n'));
    const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS);
    raw.on('close', () => {
      clearInterval(heartbeat);
      leave();
    });
  }
}
