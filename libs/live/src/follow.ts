import { BEAT_MS } from './beat.js';

/** What a page does with what it is told. */
export interface Follower {
  /** Something may have changed. Also called each time the connection comes up: so nothing is missed. */
  look(): void;
  /** The connection is there, or is not; may be said twice. */
  connected?(there: boolean): void;
}

/** After such a silence the connection is gone, whatever the browser thinks of it. */
const SILENCE_MS = 4 * BEAT_MS;
const PAUSE_MS = 3_000;

/**
 * Follows in a browser what the server tells, for as long as the page is open. An answer that is no stream, as a proxy gives while the
 * server starts, ends a source for good: then, as after a silence, another one is begun.
 */
export function follow(path: string, { look, connected = () => undefined }: Follower): void {
  const source = new EventSource(path);
  let silence: ReturnType<typeof setTimeout> | undefined;
  const end = (): void => {
    source.close();
    clearTimeout(silence);
    connected(false);
    setTimeout(() => follow(path, { look, connected }), PAUSE_MS * (1 + Math.random()));
  };
  const listen = (): void => {
    clearTimeout(silence);
    silence = setTimeout(end, SILENCE_MS);
  };
  source.addEventListener('open', () => {
    connected(true);
    look();
  });
  source.addEventListener('changed', look);
  for (const word of ['open', 'changed', 'beat']) source.addEventListener(word, listen);
  source.addEventListener('error', () => {
    connected(false);
    if (source.readyState !== EventSource.CLOSED) return;
    end();
    look();
  });
  listen();
}
