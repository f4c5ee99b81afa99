import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Pool } from 'pg';
import { ProblemError } from '../http/problem.js';
import { Metrics } from './metrics.js';
import { scrape } from './scrape.js';

/** The pool that health is asked of. */
export class HealthPool {
  constructor(readonly pool: Pool) {}
}

@ApiTags('system')
@Controller()
export class SystemController {
  constructor(
    private readonly metrics: Metrics,
    private readonly database: HealthPool,
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'The process runs' })
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('health/ready')
  @ApiOperation({ summary: 'The process can take changes: its database answers' })
  async ready(): Promise<{ status: string }> {
    await this.database.pool.query('SELECT 1').catch(() => {
      throw new ProblemError(503, 'unavailable', 'the database does not answer', {}, 2);
    });
    return { status: 'ready' };
  }

  @Get('metrics')
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  async scrape(): Promise<string> {
    return scrape(this.metrics.registry);
  }
}
