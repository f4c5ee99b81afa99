export interface NoticeName {
  id: string;
  version: string;
  locale: string;
}

/** What the page was built with. */
export interface Settings {
  apiUrl: string;
  analyticsUrl: string;
  siteKey: string;
  newsletter: NoticeName;
  cookies: NoticeName;
  /** The purposes that the cookie settings ask about. */
  purposes: string[];
  /** The page was asked for with `Sec-GPC: 1`. */
  gpc: boolean;
  renderedAt: string;
}

export const settings: Settings = JSON.parse(document.getElementById('settings')?.textContent ?? '{}');

/** How far this browser's clock is ahead of the site's, in ms (give or take the time that the page took to come). */
const clockOffset = Date.now() - Date.parse(settings.renderedAt);

/** Now, by the site's clock: a browser with a wrong clock cannot date a choice into the future. */
export const now = (): string => new Date(Date.now() - clockOffset).toISOString();
