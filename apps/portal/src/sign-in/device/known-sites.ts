import type { Logger } from 'pino';
import type { PortalConfig } from '../../config/read-config.js';
import { LedgerRefused, LedgerSilent } from '../../ledger/ask-ledger.js';
import type { Ledger } from '../../ledger/ledger.js';

interface Parts {
  config: Pick<PortalConfig, 'websiteOrigins'>;
  ledger: Pick<Ledger, 'siteOrigins'>;
  log: Logger;
}

/** Whether a page of this origin may send a visitor here with his device. */
export type IsKnownSite = (origin: string) => Promise<boolean>;

const FRESH_MS = 60_000;

/**
 * The website's own origins, and those from which a site key of the ledger works. Its answer is believed for a minute, and no
 * longer: of an origin that the ledger cannot vouch for now, nothing is taken.
 */
export function knownSites({ config, ledger, log }: Parts): IsKnownSite {
  let told: { origins: readonly string[]; until: number } | undefined;
  let asking: Promise<readonly string[]> | undefined;

  async function ask(): Promise<readonly string[]> {
    try {
      const origins = await ledger.siteOrigins();
      told = { origins, until: performance.now() + FRESH_MS };
      return origins;
    } catch (error) {
      if (!(error instanceof LedgerRefused || error instanceof LedgerSilent)) throw error;
      log.warn({ reason: error.message }, 'the ledger does not say which sites it has');
      return [];
    }
  }

  return async (origin) => {
    if (config.websiteOrigins.includes(origin)) return true;
    if (told && told.until > performance.now()) return told.origins.includes(origin);
    asking ??= ask().finally(() => (asking = undefined));
    return (await asking).includes(origin);
  };
}
