import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import type { ConsumerHealth } from '#consumer';
import { PARTS, type AnalyticsParts } from '../analytics-parts.js';

@Controller('health')
export class HealthController {
  constructor(@Inject(PARTS) private readonly parts: AnalyticsParts) {}

  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Ready when its own database answers: without Kafka it still takes page views, by what it knew last. */
  @Get('ready')
  async ready(): Promise<{ status: 'ok'; consumer: ConsumerHealth; openPages: number }> {
    await this.parts.pool.query('SELECT 1').catch(() => {
      throw new ServiceUnavailableException();
    });
    return { status: 'ok', consumer: this.parts.consumer.health(), openPages: this.parts.hub.size };
  }
}
