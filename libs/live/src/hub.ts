import { BEAT_MS } from './beat.js';
import type { OpenPage } from './stream.js';

/** Open pages that all show the same: what changes concerns each of them. */
export interface Hub {
  /** Lets a page in; answers how it leaves. */
  add(page: OpenPage): () => void;
  /** Something that pages show has changed. */
  changed(): void;
  readonly size: number;
}

const AT_MOST_EVERY_MS = 150;

/** Changes that come close together are told once: at once for the first, and once more when the pause is over. */
export function createHub(beatMs = BEAT_MS): Hub {
  const pages = new Set<OpenPage>();
  let planned: NodeJS.Timeout | undefined;
  let beating: NodeJS.Timeout | undefined;
  let toldAt = -Infinity;
  const tell = (): void => {
    planned = undefined;
    toldAt = performance.now();
    for (const page of pages) page.changed();
  };
  const beat = (): void => {
    for (const page of pages) page.beat();
  };
  return {
    add(page) {
      pages.add(page);
      beating ??= setInterval(beat, beatMs).unref();
      return () => {
        pages.delete(page);
        if (pages.size > 0) return;
        clearInterval(beating);
        beating = undefined;
      };
    },
    changed() {
      const wait = toldAt + AT_MOST_EVERY_MS - performance.now();
      if (wait <= 0) tell();
      else planned ??= setTimeout(tell, wait).unref();
    },
    get size() {
      return pages.size;
    },
  };
}
