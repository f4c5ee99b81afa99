import { Controller, Get, Inject, Param, ParseUUIDPipe } from '@nestjs/common';
import { PARTS, type AnalyticsParts } from '../analytics-parts.js';
import { Problem } from '../http/problems.js';
import { readDevice, readSummary } from './read-summary.js';
import type { Summary } from './summary.js';

const isId = new ParseUUIDPipe({ exceptionFactory: () => new Problem(400, 'not_a_device', 'A device is named by its UUID.') });

/** What is held, as JSON. */
@Controller('api')
export class SummaryController {
  private reading?: Promise<Summary>;

  constructor(@Inject(PARTS) private readonly parts: AnalyticsParts) {}

  /** However many pages ask at once, they share one look. */
  @Get('summary')
  summary(): Promise<Summary> {
    return (this.reading ??= this.read().finally(() => (this.reading = undefined)));
  }

  @Get('devices/:device')
  async device(@Param('device', isId) device: string): Promise<{ device: string; views: number; segmented: boolean; allowed: boolean }> {
    const { pool, consumer } = this.parts;
    const [held, allowed] = await Promise.all([readDevice(pool, device), consumer.mayNow(device, 'statistics')]);
    return { device: device.toLowerCase(), ...held, allowed };
  }

  private async read(): Promise<Summary> {
    const now = new Date();
    return { at: now.toISOString(), following: this.parts.consumer.health().state, ...(await readSummary(this.parts.pool, now)) };
  }
}
