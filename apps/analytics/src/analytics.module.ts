import { Module, type DynamicModule } from '@nestjs/common';
import { PARTS, type AnalyticsParts } from './analytics-parts.js';
import { CollectController } from './collect/collect.controller.js';
import { HealthController } from './http/health.controller.js';
import { WebsiteOnly } from './http/website-only.js';
import { LiveController } from './live/live.controller.js';
import { PageController } from './pages/page.controller.js';
import { SummaryController } from './summary/summary.controller.js';

/** The only wiring of the analytics' routes. */
@Module({})
export class AnalyticsModule {
  static of(parts: AnalyticsParts): DynamicModule {
    return {
      module: AnalyticsModule,
      controllers: [CollectController, SummaryController, LiveController, PageController, HealthController],
      providers: [{ provide: PARTS, useValue: parts }, WebsiteOnly],
    };
  }
}
