import { settings } from './settings.js';

const PREFIX = 'samtycke.';
const YEAR_S = 31_536_000;
/** What the subdomains of one registrable domain share. */
const SHARED = ['choices', 'device', 'gpc'];
const spare: Record<string, string> = {};
const isShared = (name: string): boolean => settings.domain !== undefined && SHARED.includes(name);

function writeCookie(name: string, value: string, seconds: number): void {
  const secure = location.protocol === 'https:' ? '; secure' : '';
  document.cookie = `${PREFIX}${name}=${encodeURIComponent(value)}; domain=${settings.domain}; path=/; max-age=${seconds}; samesite=lax${secure}`;
}

function readCookie(name: string): string | null {
  const start = `${PREFIX}${name}=`;
  const found = document.cookie.split('; ').find((one) => one.startsWith(start));
  return found ? decodeURIComponent(found.slice(start.length)) : null;
}

function read(name: string): string | null {
  try {
    return isShared(name) ? readCookie(name) : localStorage.getItem(PREFIX + name);
  } catch {
    return spare[name] ?? null;
  }
}

/** What this browser remembers under a name; undefined where nothing (readable) is there. */
export function recall<T>(name: string): T | undefined {
  try {
    return (JSON.parse(read(name) ?? 'null') as T | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a value in this browser, or for this page alone where the browser allows no storage; `undefined` forgets it. */
export function remember(name: string, value: unknown): void {
  const text = JSON.stringify(value);
  try {
    if (isShared(name)) writeCookie(name, text ?? '', text ? YEAR_S : 0);
    else if (text) localStorage.setItem(PREFIX + name, text);
    else localStorage.removeItem(PREFIX + name);
  } catch {
    spare[name] = text ?? 'null';
  }
}

/** Calls back when another tab changed what is remembered; of another subdomain, when this tab is looked at again. */
export function onRemembered(listener: () => void): void {
  addEventListener('storage', ({ key }) => {
    if (key === null || key === PREFIX + 'choices') listener();
  });
  if (settings.domain) document.addEventListener('visibilitychange', listener);
}
