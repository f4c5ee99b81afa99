import { DataSource } from 'typeorm';
import * as abuse from './entities/abuse.js';
import * as catalogueAndAccess from './entities/catalogue-and-access.js';
import * as ledgerOwned from './entities/ledger-owned.js';
import * as personOwned from './entities/person-owned.js';
import { Ledger1000000000001 } from './migrations/1-ledger.js';
import { Abuse1000000000004 } from './migrations/4-abuse.js';

const entities = [...Object.values(personOwned), ...Object.values(ledgerOwned), ...Object.values(catalogueAndAccess), ...Object.values(abuse)];

/** The ledger's database as TypeORM sees it: entities and migrations, in order. Nothing is synchronised behind our back. */
export const ledgerDataSource = (url: string): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations: [Ledger1000000000001, Abuse1000000000004],
    migrationsTableName: 'migrations',
    installExtensions: false,
    logging: false,
    poolErrorHandler: () => undefined,
    extra: { max: 4 },
  });
