export { developmentKeys, type DevelopmentKeys } from './development-keys.js';
export { ensureLedger } from './ledger-row.js';
export { loadCatalogueInto, NoticeChanged, type LoadedCatalogue } from './load-catalogue.js';
export { setUpLedger, type LedgerSetUp, type SetUp } from './set-up-ledger.js';
