import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catalogue, CatalogueFacts, CatalogueTexts, Texts } from './catalogue.js';
import { definitionOf } from './hashes.js';
import type { Notice, NoticeChange } from './notice.js';
import type { NoticeName, Purpose } from './purpose.js';
import { cleanText, readPassages, renderNotice, type NoticeLines } from './render-notice.js';
import { validateCatalogue } from './validate.js';

export const FIRST_USER = fileURLToPath(new URL('../data/advansor/', import.meta.url));

/** A line of purposes.json: the purpose, and beside its meaning the notice that explains it. */
interface PurposeEntry {
  purpose: Purpose;
  notice: NoticeName;
  state?: 'draft' | 'active' | 'archived';
}

/** A line of notices.json: what the languages of one notice have in common. */
interface NoticeEntry {
  id: string;
  version: string;
  controller: string;
  validFrom: string;
  basedOn: string;
  purposes: string[];
  change?: NoticeChange;
  from?: string;
  state?: 'draft' | 'active';
}

/** A version that was given out and is not in use any more: its name is enough. */
interface ArchivedEntry extends NoticeName {
  state: 'archived';
}

const isArchived = (entry: NoticeEntry | ArchivedEntry): entry is ArchivedEntry => entry.state === 'archived';

/** One language's material for all notices. */
interface Language {
  locale: string;
  lines: NoticeLines;
  parts: Record<string, string>;
}

type TextsOfOneLocale = Record<string, Record<string, object>>;

const readText = (folder: string, file: string): string => cleanText(readFileSync(join(folder, file), 'utf8'));
const readJson = <T>(folder: string, file: string): T => parsed(readText(folder, file), file) as T;

/** What went wrong, and where. */
const inFile = (file: string, cause: unknown): Error => new Error(`${file}: ${(cause as Error).message}`, { cause });

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file} is no JSON: ${(cause as Error).message}`, { cause });
  }
}

function readParts(folder: string, file: string): Record<string, string> {
  const text = readText(folder, file);
  try {
    return readPassages(text);
  } catch (cause) {
    throw inFile(file, cause);
  }
}

/** texts/<locale>.json hold kind -> id -> text; the catalogue holds kind -> id -> locale -> text. */
function readTexts(folder: string, locales: string[]): CatalogueTexts {
  const merged: Record<string, Texts<object>> = {};
  for (const locale of locales) {
    for (const [kind, byId] of Object.entries(readJson<TextsOfOneLocale>(folder, `texts/${locale}.json`))) {
      const ofKind = (merged[kind] ??= {});
      for (const [id, text] of Object.entries(byId)) ofKind[id] = { ...ofKind[id], [locale]: text };
    }
  }
  return merged as unknown as CatalogueTexts;
}

/** The text of a version: a file of its own (`<id>-<version>.<locale>.md`) beside that of another one, else `<id>.<locale>.md`. */
function textFile(folder: string, { id, version }: NoticeName, locale: string, locales: string[]): string {
  const own = (of: string): string => `notices/${id}-${version}.${of}.md`;
  const there = locales.map(own).filter((file) => existsSync(join(folder, file)));
  if (there.length === 0) return `notices/${id}.${locale}.md`;
  if (!there.includes(own(locale))) throw new Error(`${own(locale)} is missing, and ${there[0]} is there`);
  return own(locale);
}

function readNotice(folder: string, entry: NoticeEntry, language: Language, facts: CatalogueFacts, known: Purpose[]): Notice {
  const { id, version, controller, validFrom, change, from, state } = entry;
  const { locale, lines, parts } = language;
  const purposes = entry.purposes.map((wanted) => {
    const purpose = known.find((candidate) => candidate.id === wanted);
    if (!purpose) throw new Error(`it names the unknown purpose ${wanted}`);
    return purpose;
  });
  const { title, body } = renderNotice(readText(folder, textFile(folder, entry, locale, facts.locales)), { purposes, lines, parts });
  const source = facts.sources.find((candidate) => candidate.id === entry.basedOn);
  if (!source) throw new Error(`it is based on the unknown source ${entry.basedOn}`);
  const named = purposes.map((purpose) => ({ id: purpose.id, definition: definitionOf(purpose) }));
  named.sort((one, other) => (one.id < other.id ? -1 : 1));
  return {
    document: { format: 1, id, version, locale, controller, title, body, purposes: named, validFrom },
    basedOn: { document: source.document, version: source.version, date: source.date, note: source.note[locale] ?? '' },
    ...(change && { change }),
    ...(from && { from }),
    ...(state === 'draft' && { state }),
  };
}

function readNotices(folder: string, entries: NoticeEntry[], facts: CatalogueFacts, purposes: Purpose[]): Notice[] {
  const languages = facts.locales.map((locale): Language => {
    const parts = readParts(folder, `notices/parts.${locale}.md`);
    return { locale, parts, lines: readJson(folder, `notices/lines.${locale}.json`) };
  });
  return entries.flatMap((entry) =>
    languages.map((language) => {
      try {
        return readNotice(folder, entry, language, facts, purposes);
      } catch (cause) {
        throw inFile(`notice ${entry.id} (${language.locale})`, cause);
      }
    }),
  );
}

const listed = <T extends object>(name: string, value: T): Record<string, T> => (Object.keys(value).length > 0 ? { [name]: value } : {});

function readFolder(folder: string): unknown {
  const facts = readJson<CatalogueFacts>(folder, 'catalogue.json');
  const entries = readJson<PurposeEntry[]>(folder, 'purposes.json');
  const purposes = entries.map((entry) => entry.purpose);
  const defaultNotices = Object.fromEntries(entries.map(({ purpose, notice }) => [purpose.id, notice]));
  const texts = readTexts(folder, facts.locales);
  const noticeEntries = readJson<(NoticeEntry | ArchivedEntry)[]>(folder, 'notices.json');
  const archived = noticeEntries.filter(isArchived).map(({ id, version }) => ({ id, version }));
  const current = noticeEntries.filter((entry): entry is NoticeEntry => !isArchived(entry));
  const notices = readNotices(folder, current, facts, purposes);
  const states = Object.fromEntries(entries.flatMap(({ purpose, state = 'active' }) => (state === 'active' ? [] : [[purpose.id, state]])));
  return { ...facts, purposes, defaultNotices, ...listed('purposeStates', states), ...listed('archivedNotices', archived), texts, notices };
}

/**
 * Reads a catalogue, by default the first user's: from its folder, or from a JSON file that holds it as one document. The same
 * files give the same catalogue, to the bit. Throws an Error that lists every problem when they do not make a valid one.
 */
export function loadCatalogue(path: string = FIRST_USER): Catalogue {
  const isFile = statSync(path).isFile();
  const checked = validateCatalogue(isFile ? parsed(cleanText(readFileSync(path, 'utf8')), path) : readFolder(path));
  if (!checked.valid) {
    const problems = checked.problems.map(({ path, message, code }) => `${path} ${message}${code === undefined ? '' : ` (${code})`}`);
    throw new Error(`the catalogue in ${path} is not valid:\n${problems.join('\n')}`);
  }
  return checked.catalogue;
}
