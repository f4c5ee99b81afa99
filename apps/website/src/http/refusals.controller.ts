import { Controller, Get, Header, HttpCode, Inject, Post } from '@nestjs/common';
import { COUNTERS, type Counters } from './counters.js';

/** Visitors who refuse get no id: they are counted, and nothing else about them is kept. */
@Controller()
export class RefusalsController {
  constructor(@Inject(COUNTERS) private readonly counters: Counters) {}

  @Post('refusals')
  @HttpCode(204)
  count(): void {
    this.counters.refusals.inc();
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.counters.registry.metrics();
  }
}
