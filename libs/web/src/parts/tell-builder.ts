import type { Core } from '../core.js';

const WAITS = 'script[type="text/plain"][data-purpose],:is(iframe,img,video,audio)[data-purpose]';
/** Runs whoever said no: what waits has `type="text/plain"`, and what waited has an empty one. */
const RUNS = 'script[data-purpose]:not([type])';
/** What a browser fetches beside `src`, which alone is held back. */
const LOADS = ':is(iframe,img,video,audio)[data-purpose]:is([srcset],[srcdoc],[poster],:has(source[src],source[srcset],track[src]))';

const namesIn = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** The purposes before each `=` of an attribute such as `statistics=_ga; ads=_fbp`. */
const keysIn = (text = ''): string[] => text.split(';').flatMap((pair) => (pair.includes('=') ? namesIn(pair.split('=')[0] ?? '') : []));

/**
 * What is written otherwise than in the catalogue would wait for ever: the console tells whoever builds the page, once for each
 * name, from the first yes on or wherever else the parts are loaded. Nothing but words: what waits goes on waiting.
 */
export function tellBuilder(core: Core): void {
  const told = new Set<string>();
  const once = (text: string): void => {
    if (!told.has(text)) console.warn(`samtycke: ${text}`);
    told.add(text);
  };
  const look = (): void => {
    const asked = core.site()?.purposes.map(({ id }) => id);
    if (!asked) return;
    const tell = (names: string[], where: string): void => {
      for (const name of names) if (!asked.includes(name) && !core.may(name)) once(`${where} names the purpose “${name}”, which this site key does not ask about, so it has no yes; it asks about ${asked.join(', ')}`);
    };
    for (const { dataset, localName } of document.querySelectorAll<HTMLElement>(WAITS)) tell(namesIn(dataset.purpose ?? ''), `<${localName} data-purpose>`);
    tell(keysIn(core.settings.cookies), 'data-cookies');
    tell(keysIn(core.settings.consentMode), 'data-consent-mode');
    for (const { dataset } of document.querySelectorAll<HTMLElement>(RUNS)) once(`a script with data-purpose="${dataset.purpose}" waits for nobody: it lacks type="text/plain"`);
    for (const { dataset, localName } of document.querySelectorAll<HTMLElement>(LOADS)) once(`an <${localName} data-purpose="${dataset.purpose}"> waits for nobody with its srcset, srcdoc, poster, <source> or <track>: only data-src waits`);
  };
  core.onChoice(look);
  look();
}
