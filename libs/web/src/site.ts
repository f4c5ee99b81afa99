import { readSite } from './ask-api.js';
import { recall, remember } from './memory.js';
import { languages, settings } from './settings.js';

export interface SiteNotice {
  version: string;
  snapshot: string;
  title: string;
  field: string;
  holds: string[];
  stands: string[];
}

export interface SitePurpose {
  id: string;
  title: string;
  summary: string;
  notice: string;
  months?: number;
}

/** What the api says of this site: see `GET /v1/sites/{key}`. */
export interface Site {
  locale: string;
  controller: string;
  purposes: SitePurpose[];
  necessary: { title: string; summary: string }[];
  notices: Record<string, SiteNotice>;
  words: Record<string, string>;
  gpc?: boolean;
}

let known: Site | undefined;
let missed = false;

/** What is asked here; undefined until it was read. */
export const site = (): Site | undefined => known;

/** Whether it is known what holds: the api has said it, or cannot be asked. */
export const isSettled = (): boolean => missed || known !== undefined;

/** Tells that texts were shown, or refused by somebody without an id: their names and nothing else. Nothing is set or read on the device. */
export function count(what: 'shown' | 'refused', shown: Pick<Site, 'locale'> & { notices: Record<string, { version: string }> } | undefined = known, point = 'banner'): void {
  const texts = Object.entries(shown?.notices ?? {}).map(([id, { version }]) => `${id}@${version}`);
  if (texts[0]) void readSite(`/counts?what=${what}&locale=${shown?.locale}&notices=${texts}${point && `&point=${point}`}`, { method: 'POST', keepalive: true });
}

/** What was read last is kept as long as there is a yes: it can be taken back while the api is away. */
export function keepSite(isNeeded: boolean): void {
  if (known || !isNeeded) remember('site', isNeeded ? { key: settings.siteKey, site: { ...known, gpc: undefined } } : undefined);
}

/** What has lost its way through a network, or in this browser, is no site. */
const readable = (found?: Partial<Site>): Site | undefined => (Array.isArray(found?.purposes) && found.notices ? (found as Site) : undefined);

/** Takes the place of what was known. */
export const takeSite = (found: Partial<Site>): void => void (known = readable(found) ?? known);

/** A key that is dead, or not of this page, settles nothing: then nothing is allowed here. */
export async function loadSite(): Promise<void> {
  const { status = 0, body } = await readSite(`?lang=${languages()}`);
  takeSite(body);
  if (known || [401, 403, 404].includes(status)) return;
  const kept = recall<{ key: string; site: Site }>('site');
  if (kept?.key === settings.siteKey) takeSite(kept.site);
  missed = true;
}
