export { ledgerDataSource } from './data-source.js';
export { ApiKeyRow } from './entities/catalogue-and-access.js';
export { ledgerOf } from './ledger-of.js';
export { createPool, KEYED_LOOKUPS, type PoolOptions } from './pool.js';
export { demandVersion, ledgerUrlOf, migrateLedger, setUpDatabases, type Databases, type DatabaseUser } from './set-up.js';
