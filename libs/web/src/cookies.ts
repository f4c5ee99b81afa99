import { may } from './choices.js';
import { recall, remember, secure } from './memory.js';
import { settings } from './settings.js';

type Patterns = Record<string, string[]>;

/** `statistics=_pk_* _ga; ads=_fbp` → names by purpose. */
export function readPairs(text = ''): Patterns {
  const pairs = text.split(';').map((pair) => pair.split('='));
  return Object.fromEntries(pairs.filter(([key, names]) => key && names).map(([key = '', names = '']) => [key.trim(), names.trim().split(/[\s,]+/)]));
}

/** Cookies of a Google tag, by the consent type that they hang on. */
const GOOGLE = readPairs('analytics_storage=_ga _ga_* _gid _gat*; ad_storage=_gcl_* __gads __gpi');

/** Remembers which names scripts and embeds of a purpose leave behind: they may be removed on another page than theirs. */
export function noteCookies({ dataset: { purpose = '', cookies } }: HTMLElement): void {
  if (!cookies) return;
  const noted = recall<Patterns>('cookies') ?? {};
  remember('cookies', { ...noted, [purpose]: [...new Set([...[noted[purpose] ?? []].flat(), ...cookies.split(/[\s,]+/)])] });
}

/** One that is called `__Secure-…`, or parted by site, goes only by another with the same marks. */
function expire(name: string): void {
  const labels = location.hostname.split('.');
  const domains = ['', ...labels.map((_, at) => `; domain=${labels.slice(at).join('.')}`)];
  const paths = location.pathname.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/') || '/');
  for (const domain of domains) for (const path of paths) for (const mark of [secure(), '; secure; partitioned']) document.cookie = `${name}=; max-age=0; path=${path}${domain}${mark}`;
}

const matches = (pattern: string, name: string): boolean => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern);

function clear(patterns: string[]): void {
  const gone = (name: string): boolean => !name.startsWith('samtycke.') && patterns.some((pattern) => matches(pattern, name));
  document.cookie.split('; ').map((pair) => pair.split('=')[0] ?? '').filter(gone).forEach(expire);
  for (const storage of ['localStorage', 'sessionStorage'] as const) {
    try {
      Object.keys(window[storage]).filter(gone).forEach((name) => window[storage].removeItem(name));
    } catch {
      // Nothing is stored where nothing can be.
    }
  }
}

/** Removes what purposes without a yes left behind in this origin: cookies that scripts can see, and storage. */
export function clearRefused(hasYes: (type: string) => boolean): void {
  const all = [readPairs(settings.cookies), recall<Patterns>('cookies') ?? {}];
  for (const patterns of all) for (const [purposes, names] of Object.entries(patterns)) if (Array.isArray(names) && !purposes.split(/[\s,]+/).every(may)) clear(names.map(String));
  if (settings.googleTag) for (const [type, names] of Object.entries(GOOGLE)) if (!hasYes(type)) clear(names);
}
