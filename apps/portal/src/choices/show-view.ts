import type { Markup } from '#html';
import type { Locale } from '#languages';
import { ambiguousView, choicesView, silentView } from '../pages/choices-page.js';
import type { PortalParts } from '../portal-parts.js';
import type { Session } from '../store/sessions.js';
import { Ambiguous, NothingKnown, readView } from './read-view.js';

/** The website that the visitor came from, as long as the ledger vouches for it; else the one that is configured. */
async function websiteOf({ config, isKnownSite }: PortalParts, { site }: Session): Promise<string> {
  const isOther = site !== undefined && !config.websiteOrigins.includes(site);
  return isOther && (await isKnownSite(site)) ? site : config.websiteUrl;
}

/** The part of the page of choices that is fetched again when something changed. `unchosen`: the purpose of which no channel was chosen. */
export async function showView(parts: PortalParts, session: Session, locale: Locale, unchosen?: string): Promise<Markup> {
  const { words, hub } = parts;
  try {
    const view = await readView(parts, session, locale);
    hub.learned(session);
    return choicesView(view, { locale, unchosen, websiteUrl: await websiteOf(parts, session), noticeTitle: (id) => words.noticeTitle(id, locale) });
  } catch (error) {
    if (error instanceof NothingKnown) return silentView(locale);
    if (error instanceof Ambiguous) return ambiguousView(locale);
    throw error;
  }
}

/** What a purpose is called; empty where there is none of this name. */
export async function titleOf({ words }: PortalParts, purpose: string, locale: Locale): Promise<string> {
  const known = (await words.purposes()).find(({ id }) => id === purpose);
  return known?.texts?.[locale]?.title ?? '';
}
