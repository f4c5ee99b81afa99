import type { Catalogue } from './catalogue.js';
import { definitionOf } from './hashes.js';
import type { NoticeDocument } from './notice.js';
import { idsOf, repeated, unknownIds, unsorted, type Problem } from './problem.js';

const nameOf = ({ id, version }: { id: string; version: string }): string => `${id} ${version}`;

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

/** What a version says about itself that does not go together: its languages differ, or a date without a change. */
function versionProblems({ notices, archivedNotices = [] }: Catalogue): Problem[] {
  const archived = new Set(archivedNotices.map(nameOf));
  return notices.flatMap(({ document, change, from, state }, index) => {
    const path = `/notices/${index}`;
    const first = notices.find((other) => nameOf(other.document) === nameOf(document));
    const differs = [first?.change === change, first?.from === from, first?.state === state, first?.document.validFrom === document.validFrom].includes(false);
    return [
      ...(differs ? [{ path, message: `${nameOf(document)} has another change, date or state in another language` }] : []),
      ...(from !== undefined && change !== 'material' ? [{ path: `${path}/from`, message: 'belongs to a material change' }] : []),
      ...(from !== undefined && from < document.validFrom ? [{ path: `${path}/from`, message: 'lies before validFrom: nobody could be asked again' }] : []),
      ...(archived.has(nameOf(document)) ? [{ path, message: `${nameOf(document)} is archived, and in use` }] : []),
    ];
  });
}

/** A purpose in use whose own notice is a draft could not be consented to. */
function draftProblems({ notices, defaultNotices, purposes, purposeStates = {} }: Catalogue): Problem[] {
  const drafts = new Set(notices.filter(({ state }) => state === 'draft').map(({ document }) => nameOf(document)));
  const inUse = purposes.filter(({ id }) => purposeStates[id] === undefined);
  return inUse.flatMap(({ id }) => {
    const notice = defaultNotices[id];
    return notice && drafts.has(nameOf(notice)) ? [{ path: `/defaultNotices/${id}`, message: `${nameOf(notice)} is a draft` }] : [];
  });
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
    ...versionProblems(catalogue),
    ...draftProblems(catalogue),
    ...unknownIds('/purposeStates', Object.keys(catalogue.purposeStates ?? {}), new Set(definitions.keys())),
    ...coverProblems(catalogue, documents),
  ];
}
