import type { Logger } from 'pino';
import type { Authority, Catalogue } from '#catalogue';
import { LedgerRefused, LedgerSilent } from './ask-ledger.js';
import type { Ledger } from './ledger.js';
import type { NoticeText, Purpose } from './ledger-types.js';

/** Purposes, notices and names, as the ledger has them; from the catalogue that came along while it is silent. */
export interface Words {
  purposes(): Promise<Purpose[]>;
  /** Without a version, the newest; undefined where there is no such notice. */
  notice(id: string, locale: string, version?: string): Promise<NoticeText | undefined>;
  noticeTitle(id: string, locale: string): string;
  channel(id: string, locale: string): string;
  partners(): { id: string; name: string }[];
  /** Data protection authorities, by country. */
  authorities(): Authority[];
  /** Where the company takes complaints. */
  contact(): string;
}

const FRESH_MS = 15_000;

type Kept<T> = { value: T; until: number };

/** Remembers answers for a short while, and goes on with the last one while the ledger is silent. */
function keeping<T>(read: (key: string) => Promise<T>, otherwise: (key: string) => T, log: Logger): (key: string) => Promise<T> {
  const kept = new Map<string, Kept<T>>();
  return async (key) => {
    const known = kept.get(key);
    if (known && known.until > Date.now()) return known.value;
    try {
      const value = await read(key);
      kept.set(key, { value, until: Date.now() + FRESH_MS });
      return value;
    } catch (error) {
      if (error instanceof LedgerRefused) return otherwise(key);
      if (!(error instanceof LedgerSilent)) throw error;
      log.debug({ reason: error.message }, 'words come from the catalogue that came along');
      return known?.value ?? otherwise(key);
    }
  };
}

function builtInPurposes(catalogue: Catalogue): Purpose[] {
  const { preferences, texts } = catalogue;
  const offers = (id: string): Purpose['preferences'] => {
    const { topics, frequencies } = preferences[id] ?? {};
    return topics && frequencies && { topics: topics.map((one) => ({ id: one, texts: texts.topics[one] })), frequencies: frequencies.map((one) => ({ id: one, texts: texts.frequencies[one] })) };
  };
  return catalogue.purposes.map((purpose) => ({ ...purpose, notice: catalogue.defaultNotices[purpose.id], texts: texts.purposes[purpose.id], preferences: offers(purpose.id) }));
}

function builtInNotice(catalogue: Catalogue, id: string, locale: string, version: string): NoticeText | undefined {
  return catalogue.notices.map(({ document }) => document).find((one) => one.id === id && one.locale === locale && (version === '' || one.version === version));
}

export function wordsOf(ledger: Ledger, catalogue: Catalogue, log: Logger): Words {
  const { texts } = catalogue;
  const own = builtInPurposes(catalogue);
  const weighing = new Map(own.map(({ id, weighed, directMarketing }) => [id, { weighed, directMarketing }]));
  const purposes = keeping(async () => (await ledger.purposes()).map((purpose) => ({ ...weighing.get(purpose.id), ...purpose })), () => own, log);
  const notices = keeping<NoticeText | undefined>(
    (key) => {
      const [id = '', locale = '', version = ''] = key.split('/');
      return ledger.notice(id, locale, version || undefined);
    },
    (key) => {
      const [id = '', locale = '', version = ''] = key.split('/');
      return builtInNotice(catalogue, id, locale, version);
    },
    log,
  );
  return {
    purposes: () => purposes(''),
    notice: (id, locale, version = '') => notices(`${id}/${locale}/${version}`),
    noticeTitle: (id, locale) => texts.contexts[id]?.[locale]?.title ?? id,
    channel: (id, locale) => texts.channels[id]?.[locale]?.title ?? id,
    authorities: () => catalogue.authorities.filter(({ role }) => role === 'data-protection'),
    contact: () => catalogue.rights.find(({ id }) => id === 'complain-to-company')?.contact ?? catalogue.controllers[0]?.email ?? '',
    partners: () => catalogue.partners.map(({ id, name }) => ({ id, name })),
  };
}
