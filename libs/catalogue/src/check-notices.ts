import type { Catalogue } from './catalogue.js';
import { definitionOf } from './hashes.js';
import type { NoticeDocument } from './notice.js';
import { idsOf, repeated, unknownIds, unsorted, type Problem } from './problem.js';
import { nameOf } from './purpose.js';

/** A notice that says less in one language than in another, or is missing in one. */
function languageProblems(documents: NoticeDocument[], locales: string[]): Problem[] {
  const names = new Set(documents.map(nameOf));
  return [...names].flatMap((name) => {
    const same = documents.filter((document) => nameOf(document) === name);
    const lacking = locales.filter((locale) => !same.some((document) => document.locale === locale));
    const purposes = new Set(same.map((document) => idsOf(document.purposes).join()));
    return [
      ...lacking.map((locale) => ({ path: '/notices', message: `${name} lacks ${locale}` })),
      ...(purposes.size > 1 ? [{ path: '/notices', message: `${name} names other purposes in another language` }] : []),
    ];
  });
}

function documentProblems(catalogue: Catalogue, document: NoticeDocument, path: string, definitions: Map<string, string>): Problem[] {
  const others = document.purposes.filter(({ id, definition }) => definitions.has(id) && definitions.get(id) !== definition);
  return [
    ...unknownIds(`${path}/id`, [document.id], new Set(idsOf(catalogue.contexts))),
    ...unknownIds(`${path}/locale`, [document.locale], new Set(catalogue.locales)),
    ...unknownIds(`${path}/controller`, [document.controller], new Set(idsOf(catalogue.controllers))),
    ...unknownIds(`${path}/purposes`, idsOf(document.purposes), new Set(definitions.keys())),
    ...unsorted(`${path}/purposes`, idsOf(document.purposes)),
    ...others.map(({ id }) => ({ path: `${path}/purposes`, message: `names another definition of ${id}` })),
  ];
}

/** A purpose that has no notice of its own, or one that does not exist or does not name it. */
function coverProblems({ purposes, defaultNotices }: Catalogue, documents: NoticeDocument[]): Problem[] {
  const unknown = unknownIds('/defaultNotices', Object.keys(defaultNotices), new Set(idsOf(purposes)));
  const uncovered = purposes.flatMap(({ id }) => {
    const path = `/defaultNotices/${id}`;
    const notice = defaultNotices[id];
    if (!notice) return [{ path, message: 'is missing' }];
    const own = documents.filter((document) => nameOf(document) === nameOf(notice));
    if (own.length === 0) return [{ path, message: `names the unknown ${nameOf(notice)}` }];
    const silent = own.some((document) => !idsOf(document.purposes).includes(id));
    return silent ? [{ path, message: `${nameOf(notice)} does not name ${id}` }] : [];
  });
  return [...unknown, ...uncovered];
}

/**
 * Problems of the notices: every notice stands in every language and belongs to a context, and names purposes of this
 * catalogue, sorted, with their definitions; every purpose is named by its own notice.
 */
export function noticeProblems(catalogue: Catalogue): Problem[] {
  const documents = catalogue.notices.map((notice) => notice.document);
  const definitions = new Map(catalogue.purposes.map((purpose) => [purpose.id, definitionOf(purpose)]));
  return [
    ...repeated('/notices', documents.map((document) => `${nameOf(document)} ${document.locale}`)),
    ...languageProblems(documents, catalogue.locales),
    ...documents.flatMap((document, index) => documentProblems(catalogue, document, `/notices/${index}/document`, definitions)),
    ...coverProblems(catalogue, documents),
  ];
}
