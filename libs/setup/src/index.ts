export { developmentKeys, type DevelopmentKeys } from './development-keys.js';
export { ensureLedger } from './ledger-row.js';
export { loadCatalogueInto, type LoadedCatalogue } from './load-catalogue.js';
export { countUnder, noticeImpact, type NoticeImpact, type VersionImpact } from './notice-impact.js';
export { planCatalogue, type CataloguePlan, type NewPublication } from './plan-catalogue.js';
export { CatalogueRefused } from './refuse-lost.js';
export { isOwnCatalogue } from './ship-catalogue.js';
export type { Renamed } from './renamed.js';
export { setUpLedger, type LedgerSetUp, type SetUp } from './set-up-ledger.js';
