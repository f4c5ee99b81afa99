import { DataSource } from 'typeorm';
import * as catalogueAndAccess from './entities/catalogue-and-access.js';
import * as ledgerOwned from './entities/ledger-owned.js';
import * as personOwned from './entities/person-owned.js';
import { Ledger1000000000001 } from './migrations/1-ledger.js';
import { People1000000000005 } from './migrations/5-people.js';
import { KeyChains1000000000006 } from './migrations/6-key-chains.js';

const entities = [...Object.values(personOwned), ...Object.values(ledgerOwned), ...Object.values(catalogueAndAccess)];

/** The ledger's database as TypeORM sees it: entities and migrations, in order. Nothing is synchronised behind our back. */
export const ledgerDataSource = (url: string): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations: [Ledger1000000000001, People1000000000005, KeyChains1000000000006],
    migrationsTableName: 'migrations',
    installExtensions: false,
    logging: false,
    poolErrorHandler: () => undefined,
    extra: { max: 4 },
  });
