import type { LedgerEvent } from '#contracts';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';

type Texts = Record<string, Record<string, { title?: string } | undefined> | undefined>;

interface Titles {
  controllers?: { id: string; name: string }[];
  partners?: { id: string; name: string }[];
  texts?: { purposes?: Texts; channels?: Texts };
}

/** What a purpose is called in a language; its id where the catalogue has no words for it. */
export function purposeTitle(catalogue: CurrentCatalogue, purpose: string, locale: string): string {
  const { texts } = catalogue.get().document as Titles;
  return texts?.purposes?.[purpose]?.[locale]?.title ?? purpose;
}

/** The company that is responsible for a purpose; undefined where the catalogue does not say. */
export function companyOf(catalogue: CurrentCatalogue, purpose: string): string | undefined {
  const { purposes, document } = catalogue.get();
  const { controllers } = document as Titles;
  return controllers?.find(({ id }) => id === purposes.get(purpose)?.controller)?.name;
}

/** What of a purpose was asked for, by name, where there is more than one thing to ask for; else nothing. */
export function partsAsked(catalogue: CurrentCatalogue, { purpose, fact }: Pick<LedgerEvent, 'purpose' | 'fact'>, locale: string): string {
  const { purposes, document } = catalogue.get();
  const { texts, partners: known } = document as Titles;
  const { channels = [], partners = [] } = (fact ?? {}) as { channels?: string[]; partners?: string[] };
  const named = (purposes.get(purpose)?.channels?.length ?? 0) > 1 ? channels.map((id) => texts?.channels?.[id]?.[locale]?.title ?? id) : [];
  return [...named, ...partners.map((id) => known?.find((one) => one.id === id)?.name ?? id)].join(', ');
}

/** Several of them in one line. */
export const purposeTitles = (catalogue: CurrentCatalogue, purposes: string[], locale: string): string =>
  purposes.map((purpose) => purposeTitle(catalogue, purpose, locale)).join(', ');
