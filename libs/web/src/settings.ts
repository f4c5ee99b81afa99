import type { SamtyckeOptions } from './public.js';

/** How this page was set up; filled once, at the start. */
export const settings = { api: '' } as SamtyckeOptions & { api: string };

/** Framed by a page of another origin, which may hide what lies above or below: nobody can say yes here. */
export const isFramed = (): boolean => {
  try {
    return window.top !== window && window.top?.location.origin !== location.origin;
  } catch {
    return true;
  }
};

/** Languages in the order of the visitor's wish: the page's own, then the browser's. */
export const languages = (): string => {
  const wanted = [settings.lang, document.documentElement.lang, ...navigator.languages].map((tag) => tag?.split('-')[0]?.toLowerCase());
  return [...new Set(wanted)].filter((tag) => tag && /^[a-z]+$/.test(tag)).slice(0, 6).join();
};
