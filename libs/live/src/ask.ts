/** Each of these servers answers sooner: after so long the connection is dead. */
const PATIENCE_MS = 20_000;

/** Asks a page's own server; rejects where no answer comes. */
export const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(path, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });

/** One look at a time: whoever asks for one while it is under way gets another one right after it. */
export function oneByOne(look: () => Promise<void>): () => Promise<void> {
  let busy = false;
  let again = false;
  return async () => {
    again = true;
    if (busy) return;
    busy = true;
    try {
      while (again) {
        again = false;
        await look();
      }
    } finally {
      busy = false;
    }
  };
}
