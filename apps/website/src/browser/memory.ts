const spare = new Map<string, string>();
const PREFIX = 'samtycke.';

function read(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return spare.get(name) ?? null;
  }
}

/** What this browser remembers under a name; undefined where nothing (readable) is there. */
export function recall<T>(name: string): T | undefined {
  const text = read(name);
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** Remembers a value in this browser, or for this page alone where the browser allows no storage. */
export function remember(name: string, value: unknown): void {
  const text = JSON.stringify(value);
  try {
    localStorage.setItem(PREFIX + name, text);
  } catch {
    spare.set(name, text);
  }
}

export function forget(name: string): void {
  spare.delete(name);
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing was stored where nothing can be stored.
  }
}

/** Calls back when another tab of this site changed what is remembered under a name. */
export function onRemembered(name: string, listener: () => void): void {
  addEventListener('storage', ({ key }) => {
    if (key === PREFIX + name || key === null) listener();
  });
}
