import { Controller, Get, HttpStatus, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ConsumerHealth } from '#consumer';
import { PARTS, type NewsletterParts } from '../parts.js';

/** `live`: the process runs. `ready`: its database answers; how far the consumer is stands beside it. */
@Controller('health')
export class HealthController {
  constructor(@Inject(PARTS) private readonly parts: NewsletterParts) {}

  @Get('live')
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: string; consumer: ConsumerHealth }> {
    const answers = await this.parts.pool.query('SELECT 1').then(() => true, () => false);
    if (!answers) reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return { status: answers ? 'ready' : 'the database does not answer', consumer: this.parts.consumer.health() };
  }
}
