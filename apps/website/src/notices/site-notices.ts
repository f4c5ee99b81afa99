import type { Logger } from 'pino';
import type { Catalogue, Purpose } from '#catalogue';

const LOCALE = 'sv';
const REFRESH_MS = 30_000;
const PATIENCE_MS = 2_000;

/** A notice as it is shown; what is shown is what a consent is bound to. */
export interface SiteNotice {
  id: string;
  version: string;
  locale: string;
  title: string;
  body: string;
  /** Ids of the purposes that it explains. */
  purposes: string[];
  /** The ledger's token of the text that was shown; none while the ledger is silent. */
  snapshot?: string;
}

/** A purpose as a page names it. */
export interface SitePurpose {
  id: string;
  choice: Purpose['choice'];
  basis: string;
  title: string;
  summary: string;
}

export interface SiteNotices {
  /** The version in force, as the ledger knows it; as this program was built with it while the ledger is silent. */
  notice(id: string): SiteNotice | undefined;
  /** The short notice that stands at a field. */
  field(context: string): string;
  /** The purposes of a notice in its order, with what a person can do about each. */
  purposes(notice: string): SitePurpose[];
  contexts(): { id: string; title: string; field: string }[];
  /** Asks the ledger for the notices in force, now and every 30 s. Never throws. */
  start(): Promise<void>;
  stop(): void;
}

interface Answer {
  id?: unknown;
  version?: unknown;
  locale?: unknown;
  title?: unknown;
  body?: unknown;
  purposes?: unknown;
  snapshot?: unknown;
}

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((one) => typeof one === 'string');

/** What an answer leaves out stands as it came with this program. */
function readAnswer({ id, version, locale, title, body, purposes, snapshot }: Answer, known: SiteNotice): SiteNotice | undefined {
  if (![id, version, locale, title, body].every((text) => typeof text === 'string')) return undefined;
  return { ...({ id, version, locale, title, body } as SiteNotice), purposes: isTexts(purposes) ? purposes : known.purposes, ...(typeof snapshot === 'string' && { snapshot }) };
}

function builtIn(catalogue: Catalogue): Map<string, SiteNotice> {
  const own = catalogue.notices.filter(({ document }) => document.locale === LOCALE);
  return new Map(own.map(({ document: { id, version, locale, title, body, purposes } }) => [id, { id, version, locale, title, body, purposes: purposes.map((purpose) => purpose.id) }]));
}

/** The notices and texts that the site shows, in Swedish. */
export function siteNotices(catalogue: Catalogue, apiUrl: string, log: Logger): SiteNotices {
  const { texts } = catalogue;
  const standing = builtIn(catalogue);
  let timer: NodeJS.Timeout | undefined;

  async function refreshOne(id: string): Promise<void> {
    const response = await fetch(`${apiUrl}/v1/notices/${id}?locale=${LOCALE}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const known = standing.get(id);
    const notice = known && readAnswer((await response.json()) as Answer, known);
    if (notice?.id === id && notice.locale === LOCALE) standing.set(id, notice);
  }

  async function refresh(): Promise<void> {
    const results = await Promise.allSettled([...standing.keys()].map(refreshOne));
    const failed = results.filter(({ status }) => status === 'rejected').length;
    if (failed > 0) log.debug({ failed }, 'notices could not be read from the api; the built-in ones stand');
  }

  return {
    notice: (id) => standing.get(id),
    field: (context) => texts.contexts[context]?.[LOCALE]?.field ?? '',
    purposes: (notice) => catalogue.purposes.filter(({ id }) => standing.get(notice)?.purposes.includes(id)).map(({ id, choice, basis }) => ({ id, choice, basis, title: texts.purposes[id]?.[LOCALE]?.title ?? id, summary: texts.purposes[id]?.[LOCALE]?.summary ?? '' })),
    contexts: () => catalogue.contexts.map(({ id }) => ({ id, title: texts.contexts[id]?.[LOCALE]?.title ?? id, field: texts.contexts[id]?.[LOCALE]?.field ?? '' })),
    async start() {
      await refresh();
      timer = setInterval(() => void refresh(), REFRESH_MS).unref();
    },
    stop: () => clearInterval(timer),
  };
}
