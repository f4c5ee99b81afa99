import { DataSource } from 'typeorm';
import * as abuse from './entities/abuse.js';
import * as catalogueAndAccess from './entities/catalogue-and-access.js';
import * as ledgerOwned from './entities/ledger-owned.js';
import * as personOwned from './entities/person-owned.js';
import * as propagation from './entities/propagation.js';
import * as statistics from './entities/statistics.js';
import * as transfers from './entities/transfers.js';
import * as webhooks from './entities/webhooks.js';
import { Ledger1000000000001 } from './migrations/1-ledger.js';
import { Time1000000000002 } from './migrations/2-time.js';
import { Imports1000000000003 } from './migrations/3-imports.js';
import { Abuse1000000000004 } from './migrations/4-abuse.js';
import { People1000000000005 } from './migrations/5-people.js';
import { KeyChains1000000000006 } from './migrations/6-key-chains.js';
import { Grants1000000000008 } from './migrations/8-grants.js';
import { Checkpoints1000000000007 } from './migrations/7-checkpoints.js';
import { Systems1000000000009 } from './migrations/9-systems.js';
import { Webhooks1000000000010 } from './migrations/10-webhooks.js';
import { Delays1000000000011 } from './migrations/11-delays.js';
import { Statistics1000000000014 } from './migrations/14-statistics.js';
import { TimersByKind1000000000015 } from './migrations/15-timers-by-kind.js';
import { DueMails1000000000016 } from './migrations/16-due-mails.js';
import { FoldedEnds1000000000017 } from './migrations/17-folded-ends.js';
import { ShippedCatalogues1000000000018 } from './migrations/18-shipped-catalogues.js';
import { ImportsByPurpose1000000000019 } from './migrations/19-imports-by-purpose.js';
import { PurposesBegun1000000000022 } from './migrations/22-purposes-begun.js';
import { RightsOfErased1000000000023 } from './migrations/23-rights-of-erased.js';
import { ConfirmedBefore1000000000024 } from './migrations/24-confirmed-before.js';
import { WebhookRegistrations1000000000025 } from './migrations/25-webhook-registrations.js';
import { ReadingsByPerson1000000000026 } from './migrations/26-readings-by-person.js';
import { LostEvents1000000000027 } from './migrations/27-lost-events.js';
import { LinksByDevice1000000000028 } from './migrations/28-links-by-device.js';
import { OpenOverdue1000000000029 } from './migrations/29-open-overdue.js';
import { MovedGrants1000000000030 } from './migrations/30-moved-grants.js';

const entities = [personOwned, ledgerOwned, catalogueAndAccess, transfers, abuse, propagation, webhooks, statistics].flatMap((room) => Object.values(room) as (new () => object)[]);

/** The ledger's database as TypeORM sees it: entities and migrations, in order. Nothing is synchronised behind our back. */
export const ledgerDataSource = (url: string): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations: [Ledger1000000000001, Time1000000000002, Imports1000000000003, Abuse1000000000004, People1000000000005, KeyChains1000000000006, Checkpoints1000000000007, Grants1000000000008, Systems1000000000009, Webhooks1000000000010, Delays1000000000011, Statistics1000000000014, TimersByKind1000000000015, DueMails1000000000016, FoldedEnds1000000000017, ShippedCatalogues1000000000018, ImportsByPurpose1000000000019, PurposesBegun1000000000022, RightsOfErased1000000000023, ConfirmedBefore1000000000024, WebhookRegistrations1000000000025, ReadingsByPerson1000000000026, LostEvents1000000000027, LinksByDevice1000000000028, OpenOverdue1000000000029, MovedGrants1000000000030],
    migrationsTableName: 'migrations',
    installExtensions: false,
    logging: false,
    poolErrorHandler: () => undefined,
    extra: { max: 4 },
  });
