import type { WebsiteConfig } from '../config/read-config.js';

/** What every page is built with. */
export interface PageFrame {
  config: WebsiteConfig;
  /** The id of the sign-up's notice, and the short notice that stands at its field. */
  newsletter: { notice: string; field: string };
  /** Whether this visit carried the header `Sec-GPC: 1`. */
  gpc: boolean;
}
