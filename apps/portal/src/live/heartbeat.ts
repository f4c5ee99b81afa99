import type { Logger } from 'pino';
import { BEAT_MS } from '#live';
import type { Sessions } from '../store/sessions.js';
import type { Hub } from './hub.js';

interface Parts {
  hub: Hub;
  sessions: Pick<Sessions, 'endedOf'>;
  log: Logger;
}

/**
 * Keeps the connections of open pages, by one query for all of them; while the database is away each of them stays. A beat is also how
 * soon a page learns that its session ended elsewhere, by time or by an erasure. Answers how to stop.
 */
export function beatPages({ hub, sessions, log }: Parts, everyMs = BEAT_MS): () => void {
  const beat = async (): Promise<void> => {
    const open = hub.sessions();
    if (open.length === 0) return;
    const ended = await sessions.endedOf(open).catch((error: unknown) => {
      log.warn({ code: (error as { code?: string }).code }, 'it could not be read whose pages are open');
      return [];
    });
    hub.beat(new Set(ended.map((id) => id.toString('hex'))));
  };
  const timer = setInterval(() => void beat(), everyMs);
  return () => clearInterval(timer);
}
