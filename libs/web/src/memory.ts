import { settings } from './settings.js';

const PREFIX = 'samtycke.';
const YEAR_S = 31_536_000;
/** What the subdomains of one registrable domain share. */
const SHARED = ['choices', 'device', 'gpc'];
const spare: Record<string, string> = {};
const isShared = (name: string): boolean => settings.domain !== undefined && SHARED.includes(name);

/** The mark of a cookie that goes over no open line. */
export const secure = (): string => (isSecureContext ? '; secure' : '');

/** Whether the browser took it; a host outside the domain, a public suffix, blocked cookies or too long a value are told by nothing else. */
function writeCookie(name: string, text?: string): boolean {
  document.cookie = `${PREFIX}${name}=${encodeURIComponent(text ?? '')}; domain=${settings.domain}; path=/; max-age=${text ? YEAR_S : 0}; samesite=lax${secure()}`;
  const isTaken = readCookie(name) === (text ?? null);
  if (!isTaken && text) writeCookie(name);
  return isTaken;
}

function readCookie(name: string): string | null {
  const start = `${PREFIX}${name}=`;
  const found = document.cookie.split('; ').find((one) => one.startsWith(start));
  return found ? decodeURIComponent(found.slice(start.length)) : null;
}

/** What was stored for the origin alone, before its site shared it, does not outlive the cookie. */
function dropOlder(name: string): void {
  try {
    if (localStorage.getItem(PREFIX + name)?.startsWith('{')) localStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing is stored where nothing can be.
  }
}

function read(name: string): string | null {
  try {
    const shared = isShared(name) ? readCookie(name) : null;
    if (shared) dropOlder(name);
    return spare[name] ?? shared ?? localStorage.getItem(PREFIX + name);
  } catch {
    return null;
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

/** In a storage that is full it takes the place of the texts, and of what was there before: an old yes never outlives its withdrawal. */
function store(name: string, text?: string): void {
  if (!text) return localStorage.removeItem(PREFIX + name);
  try {
    localStorage.setItem(PREFIX + name, text);
  } catch {
    ['site', name].forEach((one) => localStorage.removeItem(PREFIX + one));
    localStorage.setItem(PREFIX + name, text);
  }
}

/**
 * Remembers a value in this browser, or for this page alone where the browser keeps none; `undefined` forgets it. Beside a cookie what is
 * stored only tells the other tabs that it has changed.
 */
export function remember(name: string, value: unknown): void {
  const text = JSON.stringify(value) as string | undefined;
  delete spare[name];
  try {
    const isTaken = isShared(name) && writeCookie(name, text);
    store(name, text && isTaken ? `${Math.random()}` : text);
  } catch {
    // What could not be kept is held below.
  }
  if (read(name) !== (text ?? null)) spare[name] = text ?? 'null';
}

/** Calls back when another tab changed what is remembered; of another subdomain, when this tab is looked at again; and when a page that was put aside comes back. */
export function onRemembered(listener: () => void): void {
  addEventListener('storage', ({ key }) => {
    const changed = SHARED.filter((name) => key === null || key === PREFIX + name);
    changed.forEach((name) => delete spare[name]);
    if (changed[0]) listener();
  });
  addEventListener('pageshow', ({ persisted }) => persisted && listener());
  if (!settings.domain) return;
  const now = (): string => SHARED.map(read).join();
  let known = now();
  document.addEventListener('visibilitychange', () => {
    const text = now();
    if (text !== known) listener();
    known = text;
  });
}
