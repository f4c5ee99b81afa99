import type { Catalogue } from './catalogue.js';
import type { Notice } from './notice.js';
import { idsOf, unknownIds, type Problem } from './problem.js';
import { nameOf } from './purpose.js';

/** Whether two languages of one version say the same about it. */
const agree = (one: Notice, other: Notice): boolean =>
  one.change === other.change && one.from === other.from && one.state === other.state && one.document.validFrom === other.document.validFrom;

/** A day that the calendar has: its name alone may say the 31st of June. */
function isTime(text: string): boolean {
  const upToMilliseconds = text.slice(0, 23);
  const time = new Date(`${upToMilliseconds}Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 23) === upToMilliseconds;
}

const noTimes = (times: Record<string, string | undefined>, path: string): Problem[] =>
  Object.entries(times).flatMap(([name, time]) => (time === undefined || isTime(time) ? [] : [{ path: `${path}/${name}`, message: `there is no such time: ${time}` }]));

function dateProblems({ document, change, from }: Notice, path: string): Problem[] {
  const wrong = [...noTimes({ from }, path), ...noTimes({ validFrom: document.validFrom }, `${path}/document`)];
  if (from === undefined) return wrong;
  return [
    ...wrong,
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
