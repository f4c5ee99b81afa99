/** The page's colours as they are now, light or dark, for what is drawn on a canvas. */
export function colour(name: 'ink' | 'muted' | 'line' | 'counted' | 'plain' | 'surface'): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export const CANVAS_FONT = '12px "Avenir Next", "Segoe UI", "Inter", "Helvetica Neue", "Open Sans", system-ui, sans-serif';

/** Calls back when the page turns light or dark. */
export function onColours(listener: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener);
}

/** How many device pixels make the corner of a bar round. */
export const BAR_ROUNDING = 0.25;
