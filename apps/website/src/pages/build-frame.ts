import type { WebsiteConfig } from '../config/read-config.js';
import type { SiteNotices } from '../notices/site-notices.js';
import type { PageFrame } from './frame.js';

export const SITE_NOTICES = Symbol('site notices');
export const CONFIG = Symbol('config');

const SIGN_UP = 'newsletter-signup';

/** Puts together what every page needs, for one visit. */
export const buildFrame = (config: WebsiteConfig, notices: SiteNotices, gpcHeader: string | undefined): PageFrame => ({
  config,
  newsletter: { notice: SIGN_UP, field: notices.field(SIGN_UP) },
  gpc: gpcHeader === '1',
});
