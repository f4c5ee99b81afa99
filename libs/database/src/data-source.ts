import { DataSource } from 'typeorm';
import * as catalogueAndAccess from './entities/catalogue-and-access.js';
import * as ledgerOwned from './entities/ledger-owned.js';
import * as personOwned from './entities/person-owned.js';
import * as transfers from './entities/transfers.js';
import { Ledger1000000000001 } from './migrations/1-ledger.js';
import { Time1000000000002 } from './migrations/2-time.js';
import { Imports1000000000003 } from './migrations/3-imports.js';
import { People1000000000005 } from './migrations/5-people.js';

const entities = [...Object.values(personOwned), ...Object.values(ledgerOwned), ...Object.values(catalogueAndAccess), ...Object.values(transfers)];

/** The ledger's database as TypeORM sees it: entities and migrations, in order. Nothing is synchronised behind our back. */
export const ledgerDataSource = (url: string): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations: [Ledger1000000000001, Time1000000000002, Imports1000000000003, People1000000000005],
    migrationsTableName: 'migrations',
    installExtensions: false,
    logging: false,
    poolErrorHandler: () => undefined,
    extra: { max: 4 },
  });
