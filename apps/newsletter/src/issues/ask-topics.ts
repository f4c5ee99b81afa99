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
/** After an api that did not answer nobody waits for it again for so long. */
const AWAY_MS = 5_000;

async function ask(apiUrl: string): Promise<readonly Topic[]> {
  const response = await fetch(`${apiUrl}/v1/purposes`, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
  const { purposes } = (await response.json()) as Body;
  if (!response.ok || !purposes) throw new Error('no purposes');
  return purposes.find(({ id }) => id === 'newsletter')?.preferences?.topics ?? [];
}

/** Asks the api for the topics of the newsletter, at most once a minute, and once for all who ask meanwhile; while it does not answer those it last told count. Never throws. */
export function createTopics({ apiUrl }: Pick<NewsletterConfig, 'apiUrl'>): () => Promise<readonly Topic[]> {
  let told: Promise<readonly Topic[]> = Promise.resolve([]);
  let askAgainAt = 0;
  return () => {
    if (Date.now() < askAgainAt) return told;
    askAgainAt = Infinity;
    const known = told;
    const until = (ms: number): void => void (askAgainAt = Date.now() + ms);
    told = ask(apiUrl).then((topics) => (until(FRESH_MS), topics), () => (until(AWAY_MS), known));
    return told;
  };
}
