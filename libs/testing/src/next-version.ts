import type { Catalogue, Notice } from '#catalogue';

/** The same catalogue with a further version of one notice in place of the one that it holds. */
export function nextVersion(catalogue: Catalogue, id: string, version: string, marks: Pick<Notice, 'change' | 'from' | 'state'>): Catalogue {
  const next = structuredClone(catalogue);
  next.notices = next.notices.map((notice) => {
    if (notice.document.id !== id) return notice;
    const { document, basedOn } = notice;
    return { document: { ...document, version, body: `${document.body}\n\n${version}` }, basedOn, ...marks };
  });
  for (const name of Object.values(next.defaultNotices)) if (name.id === id) name.version = version;
  return next;
}
