import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import type { ConsumerHealth } from '#consumer';
import { PARTS, type PortalParts } from '../portal-parts.js';

@Controller('health')
export class HealthController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Ready when the portal's own database answers: without Kafka and without the api it still serves its pages. */
  @Get('ready')
  async ready(): Promise<{ status: 'ok'; consumer: ConsumerHealth; openPages: number }> {
    await this.parts.pool.query('SELECT 1').catch(() => {
      throw new ServiceUnavailableException();
    });
    return { status: 'ok', consumer: this.parts.consumer.health(), openPages: this.parts.hub.size };
  }
}
