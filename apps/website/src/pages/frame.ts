import type { WebsiteConfig } from '../config/read-config.js';

export interface NoticeName {
  id: string;
  version: string;
  locale: string;
}

/** One choice in the cookie settings, in the catalogue's own words. */
export interface CookiePurpose {
  id: string;
  title: string;
  summary: string;
}

/** What every page is built with. */
export interface PageFrame {
  config: WebsiteConfig;
  newsletter: { notice: NoticeName; field: string };
  cookies: { notice: NoticeName; field: string; purposes: CookiePurpose[]; necessary: CookiePurpose };
  /** Whether this visit carried the header `Sec-GPC: 1`. */
  gpc: boolean;
}
