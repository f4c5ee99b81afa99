import { Module, type DynamicModule } from '@nestjs/common';
import { HealthController } from './http/health.controller.js';
import { ApiController } from './issues/api.controller.js';
import { IssuesController } from './issues/issues.controller.js';
import { LiveController } from './live/live.controller.js';
import { PARTS, type NewsletterParts } from './parts.js';

/** The only wiring of the newsletter. */
@Module({})
export class NewsletterModule {
  static of(parts: NewsletterParts): DynamicModule {
    return {
      module: NewsletterModule,
      controllers: [IssuesController, ApiController, LiveController, HealthController],
      providers: [{ provide: PARTS, useValue: parts }],
    };
  }
}
