export { freshDatabase, type FreshDatabase } from './fresh-database.js';
export { freshLedger, type FreshLedger } from './fresh-ledger.js';
export { freshTopics, type FreshTopics } from './fresh-topics.js';
export { nextVersion } from './next-version.js';
export { launchBrowser } from './launch-browser.js';
export { testDatabaseUrl, testKafkaBrokers } from './servers.js';
export { until, type Waiting } from './until.js';
