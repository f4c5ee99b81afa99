const MOST_CHARACTERS = 200;

/** A part of a path that may point at one person or one link: long, an address, or a number of many digits. */
const isTelling = (part: string): boolean => part.length > 40 || /@|%40/i.test(part) || /\d{6,}/.test(part) || /[0-9a-f]{16,}/i.test(part);

/** The page that was viewed: without query and fragment, and without what could tell who viewed it. */
export function tidyPath(path: string): string {
  const [page = '/'] = path.split(/[?#]/);
  const parts = page.split('/').map((part) => (isTelling(part) ? '…' : part));
  const tidied = parts.join('/').slice(0, MOST_CHARACTERS);
  return tidied.length > 1 ? tidied.replace(/\/+$/, '') || '/' : '/';
}

/** Where the visitor came from: the host's name, never the page. */
export function refererHost(referrer: string | undefined): string | undefined {
  if (!referrer || !URL.canParse(referrer)) return undefined;
  return new URL(referrer).hostname.slice(0, MOST_CHARACTERS) || undefined;
}
