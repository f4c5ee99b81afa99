import { Module, type DynamicModule } from '@nestjs/common';
import type { WebsiteConfig } from './config/read-config.js';
import { HealthController } from './http/health.controller.js';
import { WellKnownController } from './http/well-known.controller.js';
import type { SiteNotices } from './notices/site-notices.js';
import { CONFIG, SITE_NOTICES } from './pages/build-frame.js';
import { PagesController } from './pages/pages.controller.js';

/** The only wiring of the site. */
@Module({})
export class WebsiteModule {
  static of(config: WebsiteConfig, notices: SiteNotices): DynamicModule {
    return {
      module: WebsiteModule,
      controllers: [PagesController, HealthController, WellKnownController],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: SITE_NOTICES, useValue: notices },
      ],
    };
  }
}
