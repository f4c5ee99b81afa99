import { inOneSentence, refuse, sentence } from './refuse.js';
import { type Settings } from './settings.js';

/** What the programs and the first visitor need to know once databases and ledger are set up. */
export interface Outcome {
  /** The ledger's database by the superuser, for inspection. */
  ledgerDatabaseUrl: string;
  /** What each program connects with: its own role and database. */
  databaseUrls: Record<'api' | 'relay' | 'worker' | 'newsletter' | 'analytics' | 'portal', string>;
  /** One development key for each scope; none where only the systems' were wanted. */
  keys: Record<string, string>;
  systemKeys: Record<'newsletter' | 'analytics' | 'portal', string>;
  siteKey: string;
  /** The log's signed-note verifier key. */
  logKey: string;
  /** Why no catalogue was loaded, and what is to be done: the database is an old backup. */
  behind?: string;
}

/** Makes databases and ledger ready; runs at every start, and changes nothing that is there already. */
export type SetUp = (settings: Settings, adminUrl: string, options?: { systemsOnly?: boolean }) => Promise<Outcome>;

/** Roles, databases, migrations, catalogue and development keys. Refuses, in one sentence, when any of it fails. */
export const setUpAll: SetUp = async (settings, adminUrl, { systemsOnly } = {}) => {
  const { dataDir, logDir, origin } = settings;
  try {
    const { setUpDatabases } = await import('#database');
    const { setUpLedger } = await import('#setup');
    const databases = await setUpDatabases({ adminUrl, dataDir, ownServer: settings.databaseUrl === undefined });
    const ledger = await setUpLedger({ dataDir, logDir, ledgerUrl: databases.ledgerUrl, origin, siteOrigins: siteOrigins(settings), systemsOnly });
    const { keys, systemKeys, siteKey, logKey, behind } = ledger;
    return { keys, systemKeys, siteKey, logKey, behind, ledgerDatabaseUrl: databases.ledgerUrl, databaseUrls: databases.urls };
  } catch (error) {
    throw refuse(sentence(`Setting up the databases and the ledger failed: ${inOneSentence(error)}`));
  }
};

/** What somebody is to do before the catalogue is loaded, where the database is an old backup. */
export const firstRecover = (behind: string): string => sentence(`No catalogue was loaded: ${behind}; start this again after it`);

/** Where the website's pages come from, as a browser names it: as told, by address, and by the name of this machine to itself. */
function siteOrigins({ urls, browserUrls, ports }: Settings): string[] {
  return [...new Set([new URL(browserUrls.website).origin, new URL(urls.website).origin, `http://localhost:${ports.website}`])];
}
