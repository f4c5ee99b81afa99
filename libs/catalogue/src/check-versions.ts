import type { Catalogue } from './catalogue.js';
import type { Notice } from './notice.js';
import { idsOf, unknownIds, type Problem } from './problem.js';
import { nameOf } from './purpose.js';

/** Whether two languages of one version say the same about it. */
const agree = (one: Notice, other: Notice): boolean =>
  one.change === other.change && one.from === other.from && one.state === other.state && one.document.validFrom === other.document.validFrom;

function dateProblems({ document, change, from }: Notice, path: string): Problem[] {
  if (from === undefined) return [];
  return [
    ...(change === 'material' ? [] : [{ path: `${path}/from`, message: 'belongs to a material change' }]),
    ...(from < document.validFrom ? [{ path: `${path}/from`, message: 'lies before validFrom: nobody could be asked again' }] : []),
  ];
}

function versionProblems({ notices, archivedNotices = [] }: Catalogue): Problem[] {
  const archived = new Set(archivedNotices.map(nameOf));
  return notices.flatMap((notice, index) => {
    const path = `/notices/${index}`;
    const name = nameOf(notice.document);
    const first = notices.find((other) => nameOf(other.document) === name) ?? notice;
    return [
      ...(agree(first, notice) ? [] : [{ path, message: `${name} has another change, date or state in another language` }]),
      ...dateProblems(notice, path),
      ...(archived.has(name) ? [{ path, message: `${name} is archived, and in use` }] : []),
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

/**
 * Problems of what versions and purposes say about their use: the languages of a version agree, a date belongs to a material
 * change and leaves time to ask again, nothing is archived and in use, no purpose in use is explained by a draft.
 */
export function stateProblems(catalogue: Catalogue): Problem[] {
  const unknown = unknownIds('/purposeStates', Object.keys(catalogue.purposeStates ?? {}), new Set(idsOf(catalogue.purposes)));
  return [...unknown, ...versionProblems(catalogue), ...draftProblems(catalogue)];
}
