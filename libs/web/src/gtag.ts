declare global {
  interface Window {
    dataLayer?: unknown[];
  }
}

/** Google's tags read `arguments` objects, no arrays. */
export function gtag(..._words: unknown[]): void {
  // eslint-disable-next-line prefer-rest-params
  (window.dataLayer ??= []).push(arguments);
}
