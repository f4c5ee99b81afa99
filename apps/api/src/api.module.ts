import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { KeyCache } from '#access';
import { providersOf, type ApiParts } from './api-parts.js';
import { CatalogueController } from './catalogue/catalogue.controller.js';
import { CheckAnswers } from './consents/answer-check.js';
import { ChangeConsentHandler } from './consents/change-consent.js';
import { CheckController } from './consents/check.controller.js';
import { ConsentsController } from './consents/consents.controller.js';
import { DeviceLimits } from './consents/device-limits.js';
import { DevicesController } from './consents/devices.controller.js';
import { ChangeReader } from './consents/read-change.js';
import { SearchController } from './consents/search.controller.js';
import { SubjectReader } from './consents/read-subject.js';
import { TypedChanges } from './consents/typed-change.js';
import { Attachments } from './evidence/attach.js';
import { EventsController } from './events/events.controller.js';
import { EvidenceController } from './evidence/evidence.controller.js';
import { AccessGuard } from './http/access.js';
import { IdentityController } from './identity/identity.controller.js';
import { ConfirmController } from './links/confirm.controller.js';
import { HeldController } from './links/held.controller.js';
import { HeldSettlement } from './links/held-settlement.js';
import { LinkStylesController } from './links/styles.controller.js';
import { Undo } from './links/undo.js';
import { UnsubscribeController } from './links/unsubscribe.controller.js';
import { WayBackController } from './links/way-back.controller.js';
import { WayBack } from './links/way-back.js';
import { OwnChoices } from './own-choices/own-choices.js';
import { OwnChoicesController } from './own-choices/own-choices.controller.js';
import { AddressBook } from './people/address-book.js';
import { PeopleController } from './people/people.controller.js';
import { HistoryController } from './proof/history.controller.js';
import { LogController } from './proof/log.controller.js';
import { ProofController } from './proof/proof.controller.js';
import { ReceiptLinksController } from './receipts/receipt-links.controller.js';
import { ReceiptsController } from './receipts/receipts.controller.js';
import { AccessController } from './rights/access.controller.js';
import { HoldsController } from './rights/holds.controller.js';
import { PreferenceDesk } from './rights/preferences.js';
import { DelaysController } from './propagation/delays.controller.js';
import { PropagationPageController } from './propagation/propagation-page.controller.js';
import { PropagationController } from './propagation/propagation.controller.js';
import { SystemsController } from './propagation/systems.controller.js';
import { PreferencesController } from './rights/preferences.controller.js';
import { Rectification } from './rights/rectification.js';
import { RightsController } from './rights/rights.controller.js';
import { ScriptController } from './sites/script.controller.js';
import { SignUpController } from './sites/sign-up.controller.js';
import { SiteConfigs } from './sites/site-config.js';
import { SiteKeys } from './sites/site-keys.js';
import { SiteOriginsController } from './sites/site-origins.controller.js';
import { SitesController } from './sites/sites.controller.js';
import { AnswerCounts } from './statistics/answer-counts.js';
import { LinkCounts } from './statistics/link-counts.js';
import { StatisticsController } from './statistics/statistics.controller.js';
import { StatisticsPageController } from './statistics/statistics-page.controller.js';
import { ToldCounts } from './statistics/told-counts.js';
import { SystemController } from './system/system.controller.js';
import { VerifyController } from './verify/verify.controller.js';
import { WatchController } from './watch/watch.controller.js';

const guard: Provider = { provide: APP_GUARD, inject: [Reflector, KeyCache], useFactory: (reflector: Reflector, keys: KeyCache) => new AccessGuard(reflector, keys) };

/** The only wiring of the api. */
@Module({})
export class ApiModule {
  static with(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        SearchController,
        ConsentsController,
        CheckController,
        DevicesController,
        WatchController,
        PeopleController,
        HistoryController,
        ProofController,
        LogController,
        PropagationController,
        DelaysController,
        PropagationPageController,
        SystemsController,
        StatisticsController,
        StatisticsPageController,
        ReceiptsController,
        ReceiptLinksController,
        IdentityController,
        PreferencesController,
        RightsController,
        AccessController,
        HoldsController,
        CatalogueController,
        ConfirmController,
        UnsubscribeController,
        OwnChoicesController,
        EvidenceController,
        WayBackController,
        HeldController,
        LinkStylesController,
        SitesController,
        SiteOriginsController,
        ScriptController,
        SignUpController,
        VerifyController,
        EventsController,
        SystemController,
      ],
      providers: [...providersOf(parts), guard, AnswerCounts, LinkCounts, ToldCounts, Undo, SiteKeys, SiteConfigs, ChangeConsentHandler, TypedChanges, DeviceLimits, WayBack, HeldSettlement, Attachments, ChangeReader, SubjectReader, CheckAnswers, AddressBook, PreferenceDesk, Rectification, OwnChoices],
    };
  }
}
