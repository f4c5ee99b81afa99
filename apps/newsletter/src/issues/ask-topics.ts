import type { NewsletterConfig } from '../config/read-config.js';

/** What people can wish to read about, as the ledger's catalogue has it. */
export interface Topic {
  id: string;
  /** By language. */
  texts?: Record<string, { title?: string } | undefined>;
}

interface Body {
  purposes?: { id?: unknown; preferences?: { topics?: Topic[] } }[];
}

const TIMEOUT_MS = 2_000;
const FRESH_MS = 60_000;

/** Asks the api for the topics of the newsletter, at most once a minute; while it does not answer those it last told count. Never throws. */
export function createTopics({ apiUrl }: Pick<NewsletterConfig, 'apiUrl'>): () => Promise<readonly Topic[]> {
  let known: readonly Topic[] = [];
  let freshUntil = 0;
  return async () => {
    if (Date.now() < freshUntil) return known;
    try {
      const response = await fetch(`${apiUrl}/v1/purposes`, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
      const { purposes } = (await response.json()) as Body;
      if (!response.ok || !purposes) return known;
      known = purposes.find(({ id }) => id === 'newsletter')?.preferences?.topics ?? [];
      freshUntil = Date.now() + FRESH_MS;
    } catch {
      // Those that are known go on counting.
    }
    return known;
  };
}
