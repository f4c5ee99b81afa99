import { Module, type DynamicModule } from '@nestjs/common';
import type { Catalogue } from '#catalogue';
import type { WebsiteConfig } from './config/read-config.js';
import type { Delivery } from './forms/delivery.js';
import { CATALOGUE, DELIVERY, FormDesk } from './forms/form-desk.js';
import { FormsController, RATES } from './forms/forms.controller.js';
import type { Rates } from './forms/rates.js';
import { HealthController } from './http/health.controller.js';
import { WellKnownController } from './http/well-known.controller.js';
import type { SiteNotices } from './notices/site-notices.js';
import { CONFIG, SITE_NOTICES } from './pages/build-frame.js';
import { PagesController } from './pages/pages.controller.js';

export interface WebsiteParts {
  config: WebsiteConfig;
  notices: SiteNotices;
  catalogue: Catalogue;
  delivery: Delivery;
  rates: Rates;
}

/** The only wiring of the site. */
@Module({})
export class WebsiteModule {
  static of({ config, notices, catalogue, delivery, rates }: WebsiteParts): DynamicModule {
    return {
      module: WebsiteModule,
      controllers: [FormsController, PagesController, HealthController, WellKnownController],
      providers: [
        FormDesk,
        { provide: CONFIG, useValue: config },
        { provide: SITE_NOTICES, useValue: notices },
        { provide: CATALOGUE, useValue: catalogue },
        { provide: DELIVERY, useValue: delivery },
        { provide: RATES, useValue: rates },
      ],
    };
  }
}
