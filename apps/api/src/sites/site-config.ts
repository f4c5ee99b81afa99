import { Injectable } from '@nestjs/common';
import type { ApiKey } from '#access';
import { languageFor } from '#languages';
import { isInUse, noticeKey, nowMicros, timeText, type DefinedPurpose, type KnownNotice } from '#ledger';
import { Tokens } from '#vault';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { bannerWordsIn, wordsIn, type BannerWords, type SiteWords } from './words.js';

/** What the stored catalogue says beyond its definitions. */
interface StoredTexts {
  controllers?: { id: string; name: string }[];
  defaultNotices?: Record<string, { id: string }>;
  texts?: { purposes?: Localised<{ title: string; summary: string }>; contexts?: Localised<{ title: string; field: string }> };
}
type Localised<T> = Record<string, Record<string, T | undefined> | undefined>;

/** A notice to show now, and which older versions a visitor may have answered under. */
interface SiteNotice {
  version: string;
  sha256: string;
  /** Signed: this text was served by this ledger. */
  snapshot: string;
  title: string;
  /** The short notice that stands at a field. */
  field: string;
  /** Versions under which a consent holds now. */
  holds: string[];
  /** Of them, those that need no new question: no material change has been published since. */
  stands: string[];
}

export interface SitePurpose {
  id: string;
  title: string;
  summary: string;
  /** The notice that names it; none where nothing can be chosen. */
  notice: string;
  /** After so many months the question is asked again. */
  months?: number;
}

export interface SiteConfig {
  locale: string;
  controller: string;
  purposes: SitePurpose[];
  necessary: { title: string; summary: string }[];
  notices: Record<string, SiteNotice>;
  words: BannerWords;
}

export interface SiteForm {
  locale: string;
  purpose: SitePurpose & { channels?: string[] };
  notice: SiteNotice;
  words: SiteWords;
}

const DAY = 86_400;

/** What a site's script needs to ask: the purposes of its key, their notices in one language, and the words around them. */
@Injectable()
export class SiteConfigs {
  constructor(
    private readonly catalogue: CurrentCatalogue,
    private readonly tokens: Tokens,
  ) {}

  /** The device's purposes that this key may collect. `wanted`: languages in the order of the visitor's wish. */
  async banner(key: ApiKey, wanted: string[]): Promise<SiteConfig> {
    const { purposes } = this.catalogue.get();
    const ofDevice = [...purposes.values()].filter(({ holder, state }) => holder === 'device' && (state ?? 'active') === 'active');
    const asked = ofDevice.filter(({ id, choice }) => key.purposes.has(id) && choice === 'grant-withdraw');
    const locale = this.locale(asked, wanted);
    const shown = asked.flatMap((purpose) => this.shown(purpose, locale));
    const ids = [...new Set(shown.map(({ notice }) => notice))];
    const notices = Object.fromEntries(await Promise.all(ids.map(async (id) => [id, await this.notice(id, locale)] as const)));
    const named = ids.flatMap((id) => [...(this.catalogue.newest(id, locale)?.purposes ?? [])]);
    const necessary = ofDevice.filter(({ id, choice }) => choice === 'told' && named.includes(id)).map(({ id }) => this.texts(id, locale));
    return { locale, controller: this.controllers(asked), purposes: shown, necessary, notices, words: bannerWordsIn(locale) };
  }

  /** One purpose to sign up for; undefined where this key may not collect it, or its catalogue has no notice for it. */
  async form(key: ApiKey, id: string, wanted: string[]): Promise<SiteForm | undefined> {
    const purpose = key.purposes.has(id) ? this.catalogue.get().purposes.get(id) : undefined;
    if (!purpose || purpose.choice !== 'grant-withdraw' || (purpose.state ?? 'active') !== 'active') return undefined;
    const locale = this.locale([purpose], wanted);
    const [shown] = this.shown(purpose, locale);
    return shown && { locale, purpose: { ...shown, channels: purpose.channels }, notice: await this.notice(shown.notice, locale), words: wordsIn(locale) };
  }

  private get stored(): StoredTexts {
    return this.catalogue.get().document as StoredTexts;
  }

  /** The first language wanted, or the nearest to one, in which every purpose has its notice; English, or any, where there is none. */
  private locale(purposes: DefinedPurpose[], wanted: string[]): string {
    const there = new Set([...this.catalogue.get().notices.values()].map(({ locale }) => locale));
    const full = [...there].filter((locale) => purposes.every((purpose) => this.shown(purpose, locale).length > 0));
    return languageFor(wanted, full) ?? (full.includes('en') ? 'en' : (full[0] ?? 'en'));
  }

  private shown({ id, validMonths }: DefinedPurpose, locale: string): SitePurpose[] {
    const notice = this.stored.defaultNotices?.[id]?.id;
    if (notice === undefined || !this.catalogue.newest(notice, locale)?.purposes.has(id)) return [];
    return [{ id, ...this.texts(id, locale), notice, ...(validMonths && { months: validMonths }) }];
  }

  private texts(id: string, locale: string): { title: string; summary: string } {
    return this.stored.texts?.purposes?.[id]?.[locale] ?? { title: id, summary: '' };
  }

  private controllers(purposes: DefinedPurpose[]): string {
    const ids = new Set(purposes.map(({ controller }) => controller));
    return (this.stored.controllers ?? []).filter(({ id }) => ids.has(id)).map(({ name }) => name).join(', ');
  }

  private async notice(id: string, locale: string): Promise<SiteNotice> {
    const notice = this.catalogue.newest(id, locale) as KnownNotice;
    const now = Math.floor(Date.now() / 1000);
    const snapshot = await this.tokens.snapshot({ ...notice, locale }, now - (now % DAY));
    const field = this.stored.texts?.contexts?.[id]?.[locale]?.field ?? notice.title;
    return { version: notice.version, sha256: notice.sha256, snapshot, title: notice.title, field, ...this.versions(id, locale) };
  }

  private versions(id: string, locale: string): Pick<SiteNotice, 'holds' | 'stands'> {
    const { publications, notices } = this.catalogue.get();
    const now = timeText(nowMicros());
    const inUse = publications.filter((one) => {
      const notice = notices.get(noticeKey(one.id, one.version, locale));
      return one.id === id && notice && isInUse(notice, now);
    });
    const last = inUse.findLastIndex(({ change }, at) => at === 0 || change === 'material');
    return { holds: inUse.map(({ version }) => version), stands: inUse.slice(Math.max(last, 0)).map(({ version }) => version) };
  }
}
