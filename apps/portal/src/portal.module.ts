import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ChoicesController } from './choices/choices.controller.js';
import { HistoryController } from './choices/history.controller.js';
import { PreferencesController } from './choices/preferences.controller.js';
import { ReceiptsController } from './choices/receipts.controller.js';
import { HealthController } from './http/health.controller.js';
import { SameOriginGuard } from './http/same-origin.js';
import { LiveController } from './live/live.controller.js';
import { NoticesController } from './notices/notices.controller.js';
import { PARTS, type PortalParts } from './portal-parts.js';
import { CorrectionController } from './rights/correction.controller.js';
import { CorrectionLinkController } from './rights/correction-link.controller.js';
import { ErasureController } from './rights/erasure.controller.js';
import { RightsController } from './rights/rights.controller.js';
import { DeviceController } from './sign-in/device/device.controller.js';
import { MailController } from './sign-in/mail/mail.controller.js';
import { OidcController } from './sign-in/oidc/oidc.controller.js';
import { SignInController } from './sign-in/sign-in.controller.js';

/** The only wiring of the portal's pages. */
@Module({})
export class PortalModule {
  static of(parts: PortalParts): DynamicModule {
    return {
      module: PortalModule,
      controllers: [ChoicesController, PreferencesController, RightsController, ErasureController, CorrectionController, CorrectionLinkController, LiveController, SignInController, OidcController, MailController, DeviceController, NoticesController, HistoryController, ReceiptsController, HealthController],
      providers: [
        { provide: PARTS, useValue: parts },
        { provide: APP_GUARD, useClass: SameOriginGuard },
      ],
    };
  }
}
