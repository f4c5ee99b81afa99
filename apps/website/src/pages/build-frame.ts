import type { WebsiteConfig } from '../config/read-config.js';
import type { SiteNotices } from '../notices/site-notices.js';
import type { NoticeName, PageFrame } from './frame.js';

export const SITE_NOTICES = Symbol('site notices');
export const CONFIG = Symbol('config');

/** The purposes that the cookie settings ask about, in the order in which they stand. */
const COOKIE_PURPOSES = ['site-improvement', 'analytics-segmentation', 'statistics', 'precise-location'];

function nameOf(notices: SiteNotices, id: string): NoticeName {
  const notice = notices.notice(id);
  if (!notice) throw new Error(`the catalogue has no notice ${id}`);
  return { id: notice.id, version: notice.version, locale: notice.locale };
}

/** Puts together what every page needs, for one visit. */
export function buildFrame(config: WebsiteConfig, notices: SiteNotices, gpcHeader: string | undefined): PageFrame {
  return {
    config,
    newsletter: { notice: nameOf(notices, 'newsletter-signup'), field: notices.field('newsletter-signup') },
    cookies: {
      notice: nameOf(notices, 'cookies'),
      field: notices.field('cookies'),
      purposes: COOKIE_PURPOSES.map((id) => ({ id, ...notices.purpose(id) })),
      necessary: { id: 'site-necessary', ...notices.purpose('site-necessary') },
    },
    gpc: gpcHeader === '1',
  };
}
