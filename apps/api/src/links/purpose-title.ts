import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';

interface Titles {
  controllers?: { id: string; name: string }[];
  texts?: { purposes?: Record<string, Record<string, { title?: string } | undefined> | undefined> };
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

/** Several of them in one line. */
export const purposeTitles = (catalogue: CurrentCatalogue, purposes: string[], locale: string): string =>
  purposes.map((purpose) => purposeTitle(catalogue, purpose, locale)).join(', ');
