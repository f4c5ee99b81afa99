import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Pool } from 'pg';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
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
    private readonly catalogue: CurrentCatalogue,
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'The process runs' })
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('health/ready')
  @ApiOperation({ summary: 'The process can take changes: its database answers. `damaged`: texts that are not what was hashed, and are not shown' })
  async ready(): Promise<{ status: string; damaged?: string[] }> {
    await this.database.pool.query('SELECT 1').catch(() => {
      throw new ProblemError(503, 'unavailable', 'the database does not answer', {}, 2);
    });
    // Not a 503: whoever is taken out of service takes no "no" either.
    const { damaged } = this.catalogue;
    return { status: 'ready', ...(damaged.length > 0 && { damaged }) };
  }

  @Get('metrics')
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  async scrape(): Promise<string> {
    return scrape(this.metrics.registry);
  }
}
