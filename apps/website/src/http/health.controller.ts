import { Controller, Get, Inject } from '@nestjs/common';
import type { Delivery } from '../forms/delivery.js';
import { DELIVERY } from '../forms/form-desk.js';

@Controller('health')
export class HealthController {
  constructor(@Inject(DELIVERY) private readonly delivery: Delivery) {}

  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The site needs nothing but itself to answer: texts come with it, and the browser talks to the api. How many forms it still holds stands beside that. */
  @Get('ready')
  async ready(): Promise<{ status: 'ok'; formsWaiting: number; formsRefused: number }> {
    return { status: 'ok', ...(await this.delivery.counts()) };
  }
}
